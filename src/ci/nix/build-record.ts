import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { buildError, buildKey, jobResult } from '../../../machines/build.ts';
import { derivationPath, storePath } from '../../../machines/store-path.ts';
import { writeWhole } from '../store/state-files.ts';

/**
 * What is on disk of one build, `builds/<stream>/<commit>.<attempt>/`. Every file is written whole or not at all, and
 * each is made by one step only, so whatever is there says how far the build had come:
 *
 *     request.json                          it was asked for
 *     evaluation.{pid,log,status}           the evaluation (detached.ts); `evaluation`: a GC root on what came of it
 *     jobs.json                             what is to be built, and what was there already (`valid`, `valid-2`…: GC roots)
 *     <n>.{pid,log,status}                  job n; `<n>`, `<n>-<output>`: GC roots, made by the build itself
 *     cancelled                             it is to end
 *     ended.json                            the last report; nothing will change any more
 */
export const buildRequest = buildKey.extend({
  stream: z.string(),
  repository: z.string(),
  project: z.string(),
  remote: z.string(),
  ref: z.string(),
  cachePaths: z.array(z.string()),
  /** Records of before there were patient builds do not say. */
  patient: z.boolean().default(false),
  startedAt: z.number(),
});
export type StoredRequest = z.infer<typeof buildRequest>;

export const plannedJob = z.object({
  name: z.string(),
  drv: derivationPath,
  outputs: z.record(z.string(), storePath),
  /** All outputs were there, and are rooted: nothing is to be done. */
  valid: z.boolean(),
  /** The prefix of a job of the same derivation, here or in another build, that was under way. */
  follows: z.string().nullable(),
});
export type PlannedJob = z.infer<typeof plannedJob>;

export const plannedJobs = z.array(plannedJob);

export const endedBuild = z.object({ jobs: z.array(jobResult), error: buildError.nullable() });
export type EndedBuild = z.infer<typeof endedBuild>;

export async function createRecord(directory: string, request: StoredRequest): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeWhole(join(directory, 'request.json'), request);
}
