import type { BuildError, JobResult } from '../build.ts';
import { afterBuild, type Carried, mergeByAttempt, restrictTo, withColdTimes } from '../carried.ts';
import { compareWithCheck, isCheck } from './check.ts';
import { current, overlayOf, type PullContext } from './context.ts';

/** What a build's result makes of the cache; `after` is what the build's own head would best start from. */
export interface Earned {
  readonly cache: Carried;
  readonly after: Carried;
}

/**
 * Folds a build's jobs into the best cache known. The newest attempt decides which jobs there are; a late success of
 * an earlier one (A4) counts where nothing newer is known. Of a cache that a clean build contradicts nothing is left but
 * what that build itself made (C15).
 */
export function earn(
  context: PullContext,
  result: {
    readonly commit: string;
    readonly attempt: number;
    readonly jobs: readonly JobResult[];
    readonly error: BuildError | null;
  },
): Earned {
  const overlay = overlayOf(context, result);
  if (overlay === null || context.pull === null || context.policy === null)
    return { cache: context.cache, after: {} };
  const made = afterBuild(overlay.carried, result.jobs, {
    output: context.policy.output,
    origin: { kind: 'pull', number: context.pull.number, commit: overlay.head },
    attempt: overlay.attempt,
  });
  const after = withColdTimes(made, context.cache);
  const merged = mergeByAttempt(context.cache, after);
  const isNewest = overlay.attempt === current(context)?.attempt;
  if (isNewest && isCheck(overlay) && compareWithCheck(context, result).kind === 'differs')
    return { cache: after, after };
  // An evaluation that failed names no jobs; that is no reason to forget them.
  if (!isNewest || result.jobs.length === 0) return { cache: merged, after };
  return {
    cache: restrictTo(
      merged,
      result.jobs.map((job) => job.name),
    ),
    after,
  };
}
