/** As much of a job of a build as tells what its cache saved. */
export interface BegunJob {
  readonly state: string;
  /** False: it was there already; null: the CI does not say. */
  readonly built: boolean | null;
  readonly milliseconds: number | null;
  /** Why it was warm, cold, or not built (C18), as the builds' read model has it. */
  readonly reason: string;
}

/** How a job began: without a cache, from one, or not at all, because what it is made from has not changed. */
export type Beginning = 'cold' | 'warm' | 'notBuilt';

export function beginningOf({ built, reason }: Pick<BegunJob, 'built' | 'reason'>): Beginning {
  if (built === false) return 'notBuilt';
  return reason.startsWith('cold') ? 'cold' : 'warm';
}

/**
 * Of how many of a job's last cold builds the median is taken: enough to be no accident, few enough to be of today's
 * code.
 */
export const coldBuildsCounted = 9;

/**
 * How many milliseconds a cache saved a job, an estimate: the median of the job's last cold builds, less what the job
 * took. Less than nothing where its cache cost more than it saved. Null where there is nothing to compare: it was built
 * cold, it did not succeed, the CI does not say whether it was built, or no cold build of it is known.
 * @param coldTimes how long the job's last cold builds took, newest first
 */
export function savedBy(job: BegunJob, coldTimes: readonly number[]): number | null {
  const beginning = beginningOf(job);
  if (beginning === 'cold' || job.built === null || job.state !== 'success') return null;
  const took = beginning === 'notBuilt' ? 0 : job.milliseconds;
  const cold = median(coldTimes.slice(0, coldBuildsCounted));
  return took === null || cold === null ? null : cold - took;
}

/** How long a job took, if it is a cold build that others can be compared with. */
export function coldTimeOf(job: BegunJob): number | null {
  const isCold = job.built === true && beginningOf(job) === 'cold';
  return isCold && job.state === 'success' ? job.milliseconds : null;
}

/** The middle one; of an even number the mean of the two in the middle. Null: there are none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}
