/** What an operator may have done, as the API calls it. */
export interface OperatorCall {
  /** `rebuild`, `approve`, `accept` */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What came of a call, in words for whoever made it. */
export type CallOutcome =
  | { readonly kind: 'recorded'; readonly version: number }
  /** Nothing is to be done, and why. */
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'wrong-token' }
  | { readonly kind: 'failed'; readonly reason: string };

/** The token is in the session's storage and in the header of a call: never in an address, a cookie, or for longer. */
const storageKey = 'orthrus-operator-token';

export const operatorToken = {
  get: (): string | null => sessionStorage.getItem(storageKey),
  set: (token: string): void => sessionStorage.setItem(storageKey, token),
  forget: (): void => sessionStorage.removeItem(storageKey),
};

/** Makes a call below an address of the API. A header is what no other site's page can make a browser send. */
export async function callAsOperator(
  api: string,
  { path, body }: OperatorCall,
  token: string,
): Promise<CallOutcome> {
  // What no header can hold was never a token.
  if (!/^[\x21-\x7e]+$/.test(token)) return { kind: 'wrong-token' };
  let response: Response;
  try {
    response = await fetch(`${api}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  } catch {
    return { kind: 'failed', reason: 'The service cannot be reached. Is it running?' };
  }
  if (response.status === 401) return { kind: 'wrong-token' };
  const answer: {
    version?: number;
    ignored?: string;
    error?: { message?: string };
  } = await response.json().catch(() => ({}));
  if (answer.version !== undefined) return { kind: 'recorded', version: answer.version };
  if (answer.ignored !== undefined) return { kind: 'ignored', reason: answer.ignored };
  const message = answer.error?.message ?? `it answered ${response.status}`;
  return {
    kind: 'failed',
    reason:
      response.status === 503
        ? `The service cannot do it now: ${message}`
        : `It was refused: ${message}`,
  };
}
