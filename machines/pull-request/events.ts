import { z } from 'zod';
import { commonEvents, type Dated, failure, retryDue } from '../events.ts';
import { cacheEntries } from '../cache.ts';
import { origin } from '../carried.ts';
import { policy, repository } from '../policy.ts';

/** A pull request as its forge tells it. */
export const pullState = z.object({
  number: z.number(),
  state: z.enum(['open', 'closed', 'merged']),
  title: z.string().nullable(),
  /** Null when the forge has none any more (B7); the last known head stands then. */
  head: z.string().nullable(),
  headRef: z.string(),
  base: z.string(),
  draft: z.boolean(),
  author: z.string().nullable(),
  trusted: z.boolean(),
  /** Whether the author may write: then the approval of one head holds for the later ones (F2). */
  authorMayWrite: z.boolean(),
  labels: z.array(z.string()).readonly(),
  /** When the forge last changed it, milliseconds since the epoch; null where it does not say. */
  changedAt: z.number().nullable(),
});
export type PullState = z.infer<typeof pullState>;

/** What the forge says of the pull request now. */
export const pullObserved = z.object({
  type: z.literal('pull.observed'),
  repository,
  pull: pullState,
  policy,
});

/** Where the cache branch is, when that is news. */
export const tipObserved = z.object({
  type: z.literal('tip.observed'),
  tip: z.string().nullable(),
});

export const pullApproved = z.object({
  type: z.literal('pull.approved'),
  head: z.string(),
  by: z.string(),
});

/** What a person said in a comment, and when, by the forge's clock. Whether they may is asked next. */
export const commandGiven = z.object({
  type: z.literal('command.given'),
  command: z.enum(['approve', 'rebuild', 'rebuild-cold', 'status']),
  /** The head that an approval names, or the beginning of its sha. */
  head: z.string().nullable(),
  by: z.string(),
  /** The forge's id of the comment. */
  comment: z.string(),
  commentedAt: z.number(),
});

/** The nearest build that this head descends from, of a branch we trust or of another pull request we trust (H3). */
export const seed = z.object({
  origin,
  entries: cacheEntries,
  coldMilliseconds: z.record(z.string(), z.number()),
});
export type Seed = z.infer<typeof seed>;

/** All that must be known before an overlay can be made. */
export const headFetched = z.object({
  type: z.literal('head.fetched'),
  attempt: z.number(),
  head: z.string(),
  /** Whether the head the tip stands for is an ancestor of (or is) this head; null without a tip. */
  fastForward: z.boolean().nullable(),
  /** Where the cache branch is, and whether it is ours (design.md, "Overlays"). */
  tip: z.string().nullable(),
  ours: z.boolean(),
  /** Bookkeeping files that the head's own tree has (A8). */
  edited: z.array(z.string()),
  /** What is in the way of a bookkeeping file (A10). */
  obstacle: z
    .object({ path: z.string(), kind: z.enum(['file', 'folder', 'symlink', 'submodule']) })
    .nullable(),
  /** Recorded store paths that are gone. */
  missing: z.array(z.string()),
  seed: seed.nullable(),
  /** Whether the seed's commit is none that the head had which the tip stands for: it came in since. */
  seedIsNew: z.boolean(),
  /** What an unapproved author's head changes of what the forge itself runs for branches of the repository (F6). */
  touched: z.array(z.string()),
  /** What the branch itself says, where the log knows nothing of a branch that is ours (G5). */
  recovered: z.object({ commit: z.string(), head: z.string(), entries: cacheEntries }).nullable(),
});
export type HeadFetched = z.infer<typeof headFetched>;

/** The cache branch is at `commit`: our own push. */
export const overlayPushed = z.object({
  type: z.literal('overlay.pushed'),
  attempt: z.number(),
  head: z.string(),
  commit: z.string(),
});

const rejection = z.object({
  outcome: z.enum(['moved', 'in-the-way', 'refused']),
  /** The ref in the way, or what the server said. */
  detail: z.string(),
});
export const overlayRejected = z.object({
  type: z.literal('overlay.rejected'),
  attempt: z.number(),
  ...rejection.shape,
});

export const cacheRecorded = z.object({
  type: z.literal('cache.recorded'),
  attempt: z.number(),
  /** The overlay whose build earned it. */
  overlay: z.string(),
  commit: z.string(),
  entries: cacheEntries,
});
export const cacheRejected = z.object({
  type: z.literal('cache.rejected'),
  attempt: z.number(),
  ...rejection.shape,
});

/** The cache branch is gone; or it is not ours, and was left alone. */
export const branchDeleted = z.object({
  type: z.literal('branch.deleted'),
  branch: z.string(),
  outcome: z.enum(['deleted', 'not-ours']),
});

/** A command was not carried out: its author may not write, or it meant another head. */
export const commandRefused = z.object({
  type: z.literal('command.refused'),
  comment: z.string(),
  reason: z.string(),
});
/** A command was answered, and there was nothing else to do. */
export const commandAnswered = z.object({
  type: z.literal('command.answered'),
  comment: z.string(),
});
export const commandFailed = z.object({
  type: z.literal('command.answer.failed'),
  comment: z.string(),
  ...failure.shape,
});

/**
 * Another pull request has left this very head, of which it alone had said something bad under this context: what is to
 * stand there is now ours to say (B10).
 */
export const statusInherited = z.object({
  type: z.literal('status.inherited'),
  commit: z.string(),
  context: z.string(),
});

const attemptFailed = { attempt: z.number(), ...failure.shape };
export const headFetchFailed = z.object({ type: z.literal('head.fetch.failed'), ...attemptFailed });
export const overlayPushFailed = z.object({
  type: z.literal('overlay.push.failed'),
  ...attemptFailed,
});
export const cacheRecordFailed = z.object({
  type: z.literal('cache.record.failed'),
  ...attemptFailed,
});
export const branchDeleteFailed = z.object({
  type: z.literal('branch.delete.failed'),
  branch: z.string(),
  ...failure.shape,
});

export const pullEvent = z.discriminatedUnion('type', [
  ...commonEvents,
  pullObserved,
  tipObserved,
  pullApproved,
  commandGiven,
  commandRefused,
  commandAnswered,
  commandFailed,
  statusInherited,
  headFetched,
  overlayPushed,
  overlayRejected,
  cacheRecorded,
  cacheRejected,
  branchDeleted,
  retryDue,
  headFetchFailed,
  overlayPushFailed,
  cacheRecordFailed,
  branchDeleteFailed,
]);
/** What can happen to a pull request. */
export type PullEventData = z.infer<typeof pullEvent>;
export type PullEvent = Dated<PullEventData>;
