import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { buildError, buildKey, jobResult, type BuildKey } from '../../../machines/build.ts';
import { derivationPath, storePath } from '../../../machines/store-path.ts';
import { PortError } from '../../ports/port-error.ts';

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

/** Names that come from outside become file names here and nowhere else: readable, unique, and never a way out. */
export function safeName(name: string): string {
  const readable = name.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 60);
  return `${readable}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

export function streamDirectory(stateDir: string, stream: string): string {
  return join(stateDir, 'builds', safeName(stream));
}

/** @throws {PortError} `invalid` for a key that names no commit. */
export function buildName(key: BuildKey): string {
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(key.commit) || !Number.isSafeInteger(key.attempt)) {
    throw new PortError('invalid', `'${key.commit}' is not a full commit hash`);
  }
  return `${key.commit}.${String(key.attempt)}`;
}

export function buildDirectory(stateDir: string, stream: string, key: BuildKey): string {
  return join(streamDirectory(stateDir, stream), buildName(key));
}

export async function writeWhole(file: string, value: unknown): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(value));
  await rename(`${file}.new`, file);
}

/** Null: there is no such file. One that does not fit its schema is none of ours, or of another version: none as well. */
export async function readRecord<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

export async function createRecord(directory: string, request: StoredRequest): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeWhole(join(directory, 'request.json'), request);
}

export async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
