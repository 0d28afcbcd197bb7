import { harmless } from '../shared/harmless.ts';

/**
 * What our own API answers, as it is shown. The shape is the server's word: page and server are of one version, or the
 * page is reloaded.
 * @throws {Error} when there is no answer, or a bad one
 */
export async function fetchJson<Data>(url: string): Promise<Data> {
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const data: Data = await response.json();
  return harmless(data);
}
