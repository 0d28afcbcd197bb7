import { z } from 'zod';
import { jobState } from '../../machines/build.ts';
import type { BuildRow } from './schema.ts';

const buildJob = z.object({
  name: z.string(),
  state: jobState,
  /** False: it was there already; null: the CI does not say. */
  built: z.boolean().nullable(),
  milliseconds: z.number().nullable(),
  /** Why it was warm, cold, or not built (C18). */
  reason: z.string(),
  url: z.string().nullable(),
  error: z.string().nullable(),
});

/** One job of a build, as people are shown it. */
export type BuildJob = z.infer<typeof buildJob>;

const buildJobs = z.array(buildJob);

/** The jobs of a row of `builds`. */
export function jobsOf({ jobs }: Pick<BuildRow, 'jobs'>): readonly BuildJob[] {
  return buildJobs.parse(JSON.parse(jobs));
}
