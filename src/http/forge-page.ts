import type { PullRow } from '../log/schema.ts';
import type { Place } from '../engine/place.ts';

/**
 * Where the forge itself shows it: GitHub's pages are where its git is. Null where the forge has no pages, or the
 * repository is not configured any more.
 */
export function forgePage(
  place: Place | null,
  row: Pick<PullRow, 'number' | 'branch'>,
): string | null {
  const remote = place?.repository.remote ?? '';
  if (!/^https?:/.test(remote)) return null;
  const repository = remote.replace(/\.git$/, '');
  if (row.number !== null) return `${repository}/pull/${row.number}`;
  return `${repository}/tree/${(row.branch ?? '').split('/').map(encodeURIComponent).join('/')}`;
}
