import { z } from 'zod';

/** How one job of a build ended, or that it has not. `error` is the CI's own failure, not the code's. */
export const jobState = z.enum(['pending', 'success', 'failure', 'error', 'cancelled']);
export type JobState = z.infer<typeof jobState>;

/** One job of a build, as the CI tells it. */
export const jobResult = z.object({
  name: z.string(),
  state: jobState,
  /** The derivation's store path; null where the CI does not say. */
  drv: z.string().nullable().default(null),
  /** Output name to store path. Untrusted: it is checked before it becomes an entry (C12). */
  outputs: z.record(z.string(), z.string()).default({}),
  /** False when every output was there already, so nothing was built; null where the CI does not say. */
  built: z.boolean().nullable().default(null),
  milliseconds: z.number().nullable().default(null),
  /** Where its log can be read. */
  url: z.string().nullable().default(null),
  /** The last lines of what went wrong. */
  error: z.string().nullable().default(null),
});
export type JobResult = z.infer<typeof jobResult>;

/** What is known of a build's jobs, brought up to date with those that have changed. */
export function withChanged(
  known: readonly JobResult[],
  changed: readonly JobResult[],
): readonly JobResult[] {
  const jobs = new Map(known.map((job) => [job.name, job]));
  for (const job of changed) jobs.set(job.name, job);
  return [...jobs.values()];
}

/**
 * Why a build as a whole has no verdict from its jobs:
 * `evaluation` the code does not evaluate, `missing-path` a store path that we recorded is gone (`paths`, C6),
 * `cancelled` the CI ended it (C9), `infrastructure` the CI itself failed (no Nix, a full disk, a reboot).
 */
export const buildError = z.object({
  kind: z.enum(['evaluation', 'missing-path', 'cancelled', 'infrastructure']),
  message: z.string(),
  paths: z.array(z.string()).default([]),
});
export type BuildError = z.infer<typeof buildError>;

/** One attempt to build one commit. `commit` is an overlay, or for a branch its own commit. */
export const buildKey = z.object({ commit: z.string(), attempt: z.number().int().positive() });
export type BuildKey = z.infer<typeof buildKey>;
