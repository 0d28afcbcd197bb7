import { z } from 'zod';
import { buildKey } from './build.ts';
import { askedStatus } from './status.ts';

/** Effects of every machine. Each is safe to carry out twice. */

/** Asks the CI for the build of a commit; its end is an event. */
export const buildStart = z.object({
  type: z.literal('build.start'),
  params: buildKey.extend({
    ref: z.string(),
    cachePaths: z.array(z.string()),
    /** It may wait for all others: its head has a verdict already (C17). */
    patient: z.boolean().default(false),
  }),
});
export const buildCancel = z.object({ type: z.literal('build.cancel'), params: buildKey });
/** Has the CI forget a branch that is gone, and what it did for it. */
export const jobsetDelete = z.object({
  type: z.literal('jobset.delete'),
  params: z.object({ ref: z.string() }),
});
/** Has the CI keep what the stream now needs (`keepOf`), and nothing else. */
export const cacheRetain = z.object({ type: z.literal('cache.retain'), params: z.object({}) });
export const statusPublish = z.object({ type: z.literal('status.publish'), params: askedStatus });

export const timerName = z.enum(['start', 'finish', 'settle', 'retry']);

/** Sets the stream's timer of that name, in place of an earlier one. `after` is milliseconds from the event. */
export const timerSet = z.object({
  type: z.literal('timer.set'),
  params: z.object({ name: timerName, after: z.number() }),
});
export const timerDrop = z.object({
  type: z.literal('timer.drop'),
  params: z.object({ name: timerName }),
});

export const commonEffects = [
  buildStart,
  buildCancel,
  jobsetDelete,
  cacheRetain,
  statusPublish,
  timerSet,
  timerDrop,
] as const;
