import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildKey } from '../../../machines/build.ts';
import { buildDirectory } from '../store/state-files.ts';
import { readPlan } from './plan.ts';

/**
 * Where the log of a job is, or of the evaluation (`null`). The job's name is only ever compared, never made part of
 * a path. @returns null when there is no such build, job or log: a job that was there already has none.
 * @throws {PortError} `invalid` for a key that names no commit.
 */
export async function logFile(
  stateDir: string,
  stream: string,
  build: BuildKey,
  job: string | null,
): Promise<string | null> {
  const directory = buildDirectory(stateDir, stream, build);
  const index = job === null ? 'evaluation' : await indexOf(directory, job);
  if (index === null) return null;
  const file = join(directory, `${index}.log`);
  try {
    await access(file);
    return file;
  } catch {
    return null;
  }
}

async function indexOf(directory: string, job: string): Promise<string | null> {
  const index = (await readPlan(directory))?.findIndex(({ name }) => name === job) ?? -1;
  return index === -1 ? null : String(index);
}
