/** What a stream is about. */
export type Subject =
  | { readonly kind: 'pull'; readonly number: number }
  | { readonly kind: 'branch'; readonly branch: string };

export type StreamKind = Subject['kind'];

/** A stream's name, taken apart: `<forge>:<repository id>#12` or `<forge>:<repository id>@main`. */
export interface StreamName {
  readonly forge: string;
  readonly repositoryId: string;
  readonly subject: Subject;
}

export function streamName({ forge, repositoryId, subject }: StreamName): string {
  return subject.kind === 'pull'
    ? `${forge}:${repositoryId}#${subject.number}`
    : `${forge}:${repositoryId}@${subject.branch}`;
}

const pattern = /^(?<forge>[^:]+):(?<id>[^#@]+)(?:#(?<number>[1-9][0-9]{0,9})|@(?<branch>.+))$/s;

/**
 * Takes apart a stream's name, or a pull request as people write it (`here:owner/repo#12`, `here:owner/repo@main`):
 * the two differ only in what stands between `:` and `#` or `@`.
 * @returns null for what is neither
 */
export function parseStreamName(text: string): StreamName | null {
  const { forge, id, number, branch } = pattern.exec(text)?.groups ?? {};
  if (forge === undefined || id === undefined) return null;
  if (number !== undefined)
    return { forge, repositoryId: id, subject: { kind: 'pull', number: Number(number) } };
  if (branch === undefined) return null;
  return { forge, repositoryId: id, subject: { kind: 'branch', branch } };
}
