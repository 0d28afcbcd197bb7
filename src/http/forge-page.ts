import type { Config } from '../config/schema.ts';
import type { PullRow } from '../log/schema.ts';

/**
 * Where the forge itself shows it. Null where the forge has no pages, or is not configured any more. GitHub's pages are
 * at github.com, those of an Enterprise server at the host that has the API.
 */
export function forgePage(
  config: Pick<Config, 'forges'>,
  row: Pick<PullRow, 'forge' | 'repository' | 'number' | 'branch'>,
): string | null {
  const forge = Object.hasOwn(config.forges, row.forge) ? config.forges[row.forge] : undefined;
  if (forge?.kind !== 'github') return null;
  const api = new URL(forge.apiUrl);
  const host = api.host === 'api.github.com' ? 'github.com' : api.host;
  const subject =
    row.number === null ? ['tree', ...(row.branch ?? '').split('/')] : ['pull', String(row.number)];
  const path = [...row.repository.split('/'), ...subject].map(encodeURIComponent);
  return `${api.protocol}//${host}/${path.join('/')}`;
}
