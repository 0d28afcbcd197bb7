import { join } from 'node:path';
import { readRecord, writeWhole } from '../store/state-files.ts';
import { invalidPaths, rootPaths } from '../store/store.ts';
import { plannedJobs, type PlannedJob } from './build-record.ts';
import type { EvaluatedJob } from './evaluation.ts';
import type { Host } from './host.ts';

export const planFile = (directory: string): string => join(directory, 'jobs.json');

export function readPlan(directory: string): Promise<PlannedJob[] | null> {
  return readRecord(planFile(directory), plannedJobs);
}

/**
 * Decides of each job whether it is there already, is being built by another, or is ours to build. What is there is rooted
 * before it is said to be there.
 */
export async function makePlan(
  host: Host,
  directory: string,
  jobs: readonly EvaluatedJob[],
): Promise<PlannedJob[]> {
  const valid = await rootValid(host, directory, jobs);
  // No await from here to the end of the loop: two builds that plan at once must see each other.
  const plan = jobs.map((job, index): PlannedJob => {
    if (valid.has(job)) return { ...job, valid: true, follows: null };
    const follows = host.underWay.get(job.drv) ?? null;
    if (follows === null) host.underWay.set(job.drv, join(directory, String(index)));
    return { ...job, valid: false, follows };
  });
  await writeWhole(planFile(directory), plan);
  return plan;
}

async function rootValid(
  host: Host,
  directory: string,
  jobs: readonly EvaluatedJob[],
): Promise<Set<EvaluatedJob>> {
  const all = jobs.flatMap((job) => Object.values(job.outputs));
  const invalid = all.length === 0 ? new Set<string>() : await invalidPaths(all, host.env);
  const valid = jobs.filter((job) => {
    const outputs = Object.values(job.outputs);
    return outputs.length > 0 && outputs.every((path) => !invalid.has(path));
  });
  const paths = [...new Set(valid.flatMap((job) => Object.values(job.outputs)))];
  if (paths.length === 0) return new Set();
  // Taken by a collection between the two commands: then they are built like the others.
  return (await rootPaths(join(directory, 'valid'), paths, host.env)) ? new Set(valid) : new Set();
}
