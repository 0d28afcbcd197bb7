import { z } from 'zod';
import { cacheEntries } from '../cache.ts';
import { commonEffects } from '../effects.ts';

/** Fetches the head, and learns all that must be known before its overlay can be made (`head.fetched`). */
export const headFetch = z.object({
  type: z.literal('head.fetch'),
  params: z.object({
    attempt: z.number(),
    head: z.string(),
    headRef: z.string(),
    /** The head that the tip stands for. */
    previous: z.string().nullable(),
    branch: z.string(),
    /** Where we believe the branch is. */
    tip: z.string().nullable(),
    files: z.array(z.string()),
    /** Store paths that an overlay may name. */
    paths: z.array(z.string()),
    /** The base branch of a head by somebody who may not write: what it changes is looked at (F6). */
    guardedBase: z.string().nullable().default(null),
  }),
});

const bookkeeping = {
  attempt: z.number(),
  number: z.number(),
  head: z.string(),
  branch: z.string(),
  cacheFile: z.string(),
  commitFile: z.string(),
  entries: cacheEntries,
};

/** Composes the overlay and pushes it. With the event's date it determines the commit, byte for byte. */
export const overlayPush = z.object({
  type: z.literal('overlay.push'),
  params: z.object({
    ...bookkeeping,
    parents: z.array(z.string()),
    expected: z.string().nullable(),
  }),
});

/** Puts a commit that records the cache on top of the tip. */
export const cacheRecord = z.object({
  type: z.literal('cache.record'),
  params: z.object({ ...bookkeeping, overlay: z.string(), tip: z.string() }),
});

/** Deletes the cache branch, if it is ours. */
export const branchDelete = z.object({
  type: z.literal('branch.delete'),
  params: z.object({ branch: z.string() }),
});

/** Asks whether somebody may command, has it done if so, and answers. `head`: what an approval is for; null: unclear. */
export const commandAnswer = z.object({
  type: z.literal('command.answer'),
  params: z.object({
    number: z.number(),
    command: z.enum(['approve', 'rebuild', 'rebuild-cold', 'status']),
    head: z.string().nullable(),
    by: z.string(),
    comment: z.string(),
    /** When the head that an approval does not name came to be there (`headAt` of the context); null: anything else. */
    since: z.number().nullable().default(null),
  }),
});

/**
 * The pull request has left a commit of which it said something bad. That is no verdict any more: others that have the
 * same head say what stands (B10).
 */
export const statusRelease = z.object({
  type: z.literal('status.release'),
  params: z.object({ commit: z.string(), context: z.string() }),
});

export const pullEffect = z.discriminatedUnion('type', [
  ...commonEffects,
  headFetch,
  overlayPush,
  cacheRecord,
  branchDelete,
  commandAnswer,
  statusRelease,
]);
/** What a pull request's machine may ask for. */
export type PullEffect = z.infer<typeof pullEffect>;
