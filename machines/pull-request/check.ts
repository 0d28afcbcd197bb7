import type { BuildError, JobResult } from '../build.ts';
import { listed } from '../describe.ts';
import type { Overlay, PullContext } from './context.ts';

/** What a clean build has to say of the incremental ones that it checks (C15). */
export type Finding =
  | { readonly kind: 'agrees' }
  /** It came to no verdict of its own. */
  | { readonly kind: 'inconclusive' }
  /** `note`: what the incremental builds had said instead. */
  | { readonly kind: 'differs'; readonly note: string };

/** The label by which people ask for clean builds. */
export const coldLabel = 'cold';

export function wantsCold({ pull }: PullContext): boolean {
  return pull?.labels.includes(coldLabel) === true;
}

export function isCheck(overlay: Overlay | null): boolean {
  return overlay?.purpose.kind === 'check';
}

/** Compares job by job: one that the CI could not build, or that only one of the two has, says nothing. */
export function compareWithCheck(
  { checked, verdict }: PullContext,
  clean: { readonly jobs: readonly JobResult[]; readonly error: BuildError | null },
): Finding {
  if (clean.error !== null)
    return clean.error.kind === 'evaluation' && verdict?.state !== 'error'
      ? { kind: 'differs', note: 'it evaluated with the cache' }
      : { kind: 'inconclusive' };
  const before = new Map((checked ?? []).map((job) => [job.name, job.state]));
  const was = (state: JobResult['state'], is: JobResult['state']): string[] =>
    clean.jobs
      .filter((job) => job.state === is && before.get(job.name) === state)
      .map((job) => job.name);
  const [red, green] = [was('success', 'failure'), was('failure', 'success')];
  if (red.length > 0)
    return { kind: 'differs', note: `${listed(red)} had succeeded incrementally` };
  if (green.length > 0)
    return { kind: 'differs', note: `${listed(green)} had failed incrementally` };
  if (clean.jobs.some((job) => job.state !== 'success' && job.state !== 'failure'))
    return { kind: 'inconclusive' };
  // What had no verdict of its code before, a cancelled build or a CI that failed, has one now.
  return verdict?.state === 'error'
    ? { kind: 'differs', note: 'there was no result with the cache' }
    : { kind: 'agrees' };
}
