import type { EventData } from '../../machines/fold.ts';

/** Whether an event tells that something failed: a job, a build, or one of our own steps. */
export function isFailure(event: EventData): boolean {
  switch (event.type) {
    case 'build.finished':
      return event.error !== null || hasFailed(event.jobs);
    case 'build.progressed':
      return hasFailed(event.jobs);
    default:
      return failing.test(event.type);
  }
}

/** Events whose type alone says so. */
export const failing = /\.(failed|rejected|lost)$/;

function hasFailed(jobs: readonly { readonly state: string }[]): boolean {
  return jobs.some(({ state }) => state === 'failure' || state === 'error');
}
