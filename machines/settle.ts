import type { JobResult } from './build.ts';
import type { timerDrop, timerSet } from './effects.ts';
import type { z } from 'zod';

interface Waiting {
  readonly effects?: readonly (z.infer<typeof timerSet> | z.infer<typeof timerDrop>)[];
}

/**
 * A CI that reports to the forge, job by job, never says that it is done: a verdict at the moment when no job is pending
 * would be one between two jobs. So it has to be silent for a while; what comes later still corrects the verdict.
 * @param jobs with what the event told
 */
export function awaitSilence(
  { jobs }: { readonly jobs: readonly JobResult[] },
  event: { readonly type: string; readonly settle?: number | undefined },
): Waiting {
  if (event.settle === undefined) return {};
  return jobs.some(({ state }) => state === 'pending')
    ? endWaiting()
    : { effects: [{ type: 'timer.set', params: { name: 'settle', after: event.settle } }] };
}

export function endWaiting(): Waiting {
  return { effects: [{ type: 'timer.drop', params: { name: 'settle' } }] };
}
