import { z } from 'zod';

/**
 * What the configuration says of one stream's repository, as the machine needs it. It comes in with observations, so
 * that the log alone explains every decision. Durations are milliseconds.
 */
export const policy = z.object({
  /** The cache branch's name, its number filled in. Unused for a branch that is built as itself. */
  cacheBranch: z.string(),
  cacheFile: z.string(),
  commitFile: z.string(),
  output: z.string(),
  drafts: z.enum(['build', 'skip']),
  onForcePush: z.enum(['keep', 'cold']),
  onPush: z.enum(['finish-cold', 'cancel']),
  /** Whether a job whose incremental build failed is tried once more without its cache (C17). */
  coldRetry: z.boolean(),
  /** After how many builds from a cache a clean one checks them; null: after none (C15). */
  coldEvery: z.number().nullable(),
  /** Whether what a branch's builds leave may seed pull requests: not a merge queue's, which holds unmerged work (F4). */
  seeds: z.boolean(),
  context: z.string(),
  jobContext: z.string(),
  reportJobs: z.enum(['failed', 'all', 'none']),
  deadlines: z.object({ start: z.number(), finish: z.number() }),
  /** First and longest wait before a blocked pull request is tried again. */
  retry: z.object({ base: z.number(), max: z.number() }),
});
export type Policy = z.infer<typeof policy>;

/** A repository, by the forge's id and by the name that people use. */
export const repository = z.object({ id: z.string(), name: z.string() });
export type Repository = z.infer<typeof repository>;
