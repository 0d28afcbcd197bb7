import type { BuildJson } from '../../http/pull-json.ts';
import { beginningOf } from '../shared/saved.ts';

/** How a build as a whole began: what its jobs have in common. */
export type BuildBeginning = 'cold' | 'warm' | 'partly warm' | 'nothing built';

export function buildBeginning({ jobs }: Pick<BuildJson, 'jobs'>): BuildBeginning | null {
  if (jobs.length === 0) return null;
  const begun = new Set(jobs.map(beginningOf));
  if (begun.has('warm')) return begun.has('cold') ? 'partly warm' : 'warm';
  return begun.has('cold') ? 'cold' : 'nothing built';
}

/** How long it took, in milliseconds; null as long as it has not ended. */
export function tookOf({ startedAt, finishedAt }: BuildJson): number | null {
  return startedAt === null || finishedAt === null ? null : Math.max(0, finishedAt - startedAt);
}

/** What the caches of all its jobs saved together, in milliseconds; null: nothing is known. */
export function savedOf({ jobs }: Pick<BuildJson, 'jobs'>): number | null {
  const known = jobs.flatMap(({ saved }) => (saved === null ? [] : [saved]));
  return known.length === 0 ? null : known.reduce((sum, saved) => sum + saved, 0);
}
