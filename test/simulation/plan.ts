import { z } from 'zod';

/**
 * A plan is all that will happen to the service, as data: who does what and when, what breaks and for how long. What
 * else is left to chance is drawn by `Chance`, so that any item can be left out and the rest stays what it was.
 */

/** Files that a commit changes; null removes one. */
const files = z.record(z.string(), z.string().nullable());
/** The number of a pull request. Items about one that is not there do nothing. */
const pull = z.number().int().positive();

const acts = [
  /** A commit on main. */
  z.object({ do: z.literal('main'), files }),
  /** `by` somebody who may write: from a branch of the repository; else from a fork. `like`: with the very head of that one. */
  z.object({
    do: z.literal('open'),
    pull,
    by: z.string(),
    draft: z.boolean(),
    files,
    onto: pull.nullable(),
    like: pull.nullable(),
  }),
  z.object({ do: z.literal('push'), pull, files }),
  z.object({ do: z.literal('pull-main'), pull }),
  /** Begins again from main, or goes back to the head before this one. */
  z.object({ do: z.literal('force'), pull, to: z.enum(['main', 'before']), files }),
  z.object({ do: z.literal('close'), pull }),
  z.object({ do: z.literal('merge'), pull }),
  z.object({ do: z.literal('reopen'), pull }),
  z.object({ do: z.literal('retarget'), pull, base: z.string() }),
  z.object({ do: z.literal('draft'), pull, draft: z.boolean() }),
  z.object({ do: z.literal('label'), pull, label: z.string() }),
  z.object({
    do: z.literal('comment'),
    pull,
    by: z.string(),
    command: z.enum(['approve', 'rebuild', 'rebuild-cold', 'status']),
    /** Whether an approval names the head. */
    named: z.boolean(),
  }),
  /** The operator's own hand. */
  z.object({ do: z.literal('rebuild'), pull, cold: z.boolean() }),
  /** The fork's repository, or the head's branch, is deleted (B7). */
  z.object({ do: z.literal('vanish'), pull }),
  /** Somebody commits on the cache branch (E5), deletes it (E6), or has a branch of its name already (E7). */
  z.object({ do: z.literal('touch'), pull }),
  z.object({ do: z.literal('delete-branch'), pull }),
  /** Somebody has a cache branch back that was deleted, as forges offer it (B4). */
  z.object({ do: z.literal('restore-branch'), pull }),
  z.object({ do: z.literal('squat'), pull }),
  /** A merge queue's temporary branch appears, and goes (B11). */
  z.object({ do: z.literal('queue'), name: z.string(), files: files.nullable() }),
  /** The garbage collector runs; a `share` of what is rooted is lost with it, as when a store breaks. */
  z.object({ do: z.literal('collect'), share: z.number() }),
  /** The machine's clock is set forward, or back. */
  z.object({ do: z.literal('jump'), by: z.number() }),
  /** The process dies `after` so many steps, and is started again. */
  z.object({ do: z.literal('crash'), after: z.number(), down: z.number() }),
  /** For a time, a share of the calls (deliveries, builds) of a kind goes wrong in this way. */
  z.object({
    do: z.literal('trouble'),
    with: z.enum(['git', 'forge', 'ci', 'deliveries', 'builds', 'disk']),
    how: z.enum([
      /** Calls: fails without, or after having acted; answers late; forbidden; 429. */
      'before',
      'after',
      'slow',
      'denied',
      'limited',
      /** git: a push is declined; a new commit is not handed out yet. The forge: its API tells of the past. */
      'declined',
      'behind',
      /** Deliveries, reports of builds: never come; come twice; come late, so out of order. */
      'lost',
      'doubled',
      'late',
      /** Builds: never end; are ended by the CI; fail with the CI; are forgotten by it. */
      'silent',
      'cancelled',
      'broken',
      'forgotten',
      /** The disk is full. */
      'full',
    ]),
    share: z.number(),
    for: z.number(),
  }),
] as const;

export const act = z.discriminatedUnion('do', [...acts]);
export type Act = z.infer<typeof act>;
export type Trouble = Extract<Act, { do: 'trouble' }>;

/** `at`: milliseconds from the beginning. */
export const item = z.object({ at: z.number(), act });
export type Item = z.infer<typeof item>;

export const settings = z.object({
  /**
   * How the CI tells of builds: to a `listener`, in order; by `messages`, in any order, and when asked; or builds every
   * push by itself and cannot be asked.
   */
  manner: z.enum(['listener', 'messages', 'pushes']),
  /** Whether deliveries tell of the pull request (as GitHub's do), or only that one has to look. */
  tells: z.boolean(),
  /** Keys of the repository's configuration, over the defaults. */
  repository: z.object({
    drafts: z.enum(['build', 'skip']),
    onForcePush: z.enum(['keep', 'cold']),
    onPush: z.enum(['finish-cold', 'cancel']),
    coldRetry: z.boolean(),
    coldEvery: z.number().nullable().default(null),
    report: z.object({ jobs: z.enum(['failed', 'all', 'none']) }),
  }),
});
export type Settings = z.infer<typeof settings>;

export const plan = z.object({ seed: z.number(), settings, items: z.array(item) });
export type Plan = z.infer<typeof plan>;
