import { z } from 'zod';
import { buildError, buildKey, jobResult } from './build.ts';
import { askedStatus } from './status.ts';

/** Events of every machine: what a CI, a forge, a timer or an operator has to say. */

/** The CI has taken in that it was asked for the build; from here on the start deadline counts. */
export const buildAccepted = buildKey.extend({ type: z.literal('build.accepted') });
export const buildStarted = buildKey.extend({ type: z.literal('build.started') });
/** Some jobs have changed: these. An event of a build of many jobs stays as small as what it tells. */
export const buildProgressed = buildKey.extend({
  type: z.literal('build.progressed'),
  jobs: z.array(jobResult),
  /**
   * By a CI that never says that there are no more jobs: milliseconds of silence after which those that it has told of,
   * if all have ended, are all. Absent: it will say so itself.
   */
  settle: z.number().optional(),
});
export const buildFinished = buildKey.extend({
  type: z.literal('build.finished'),
  jobs: z.array(jobResult),
  error: buildError.nullable(),
});
/** The CI does not know the build any more: it never heard of it, or lost it in a crash. */
export const buildLost = buildKey.extend({ type: z.literal('build.lost') });

export const statusPublished = z.object({
  type: z.literal('status.published'),
  status: askedStatus,
});

export const rebuildRequested = z.object({
  type: z.literal('rebuild.requested'),
  cold: z.boolean(),
  by: z.string(),
});

/**
 * Somebody has looked at a log that this machine replays differently from what was recorded, and lets it go on from
 * the state that this machine gives (G4).
 */
export const machineAccepted = z.object({ type: z.literal('machine.accepted'), by: z.string() });

export const startOverdue = z.object({ type: z.literal('timer.start'), name: z.literal('start') });
export const finishOverdue = z.object({
  type: z.literal('timer.finish'),
  name: z.literal('finish'),
});
export const retryDue = z.object({ type: z.literal('timer.retry'), name: z.literal('retry') });

/** Why an effect was given up: the error's code (`PortErrorCode`, or `internal`) and what it said. */
export const failure = z.object({ code: z.string(), message: z.string() });

export const buildStartFailed = buildKey.extend({
  type: z.literal('build.start.failed'),
  ...failure.shape,
});
export const buildCancelFailed = buildKey.extend({
  type: z.literal('build.cancel.failed'),
  ...failure.shape,
});
export const jobsetDeleteFailed = z.object({
  type: z.literal('jobset.delete.failed'),
  ref: z.string(),
  ...failure.shape,
});
export const retainFailed = z.object({ type: z.literal('cache.retain.failed'), ...failure.shape });
export const statusFailed = z.object({
  type: z.literal('status.publish.failed'),
  status: askedStatus,
  ...failure.shape,
});

export const commonEvents = [
  buildAccepted,
  buildStarted,
  buildProgressed,
  buildFinished,
  buildLost,
  statusPublished,
  rebuildRequested,
  machineAccepted,
  startOverdue,
  finishOverdue,
  buildStartFailed,
  buildCancelFailed,
  jobsetDeleteFailed,
  retainFailed,
  statusFailed,
] as const;

/** When the event was recorded, milliseconds since the epoch: the machines' only clock. */
export type Dated<Event> = Event & { readonly at: number };
