export type Json = Readonly<Record<string, unknown>>;

/** An opaque name, as GraphQL knows things by. */
export const nodeId = (kind: string, id: number | string): string =>
  `${kind}_${Buffer.from(`${kind}${id}`).toString('base64url')}`;
