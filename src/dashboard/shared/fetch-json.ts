import { harmless } from './harmless.ts';

/**
 * What the API answers, made harmless to show.
 * @throws {Error} if it does not
 */
// The server's answers have the types that the same program gives them.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export async function fetchJson<Answer>(address: string, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(address, {
    headers: { accept: 'application/json' },
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const answer: Answer = await response.json();
  return harmless(answer);
}
