import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { BuildKey } from '../../../machines/build.ts';
import { PortError } from '../../ports/port-error.ts';

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

/** What a full disk, or a directory that is not ours, looks like to the engine: it may be better later. */
export function stateFailed(error: unknown): unknown {
  if (error instanceof PortError || !(error instanceof Error)) return error;
  return new PortError('unavailable', `the state directory cannot be used: ${error.message}`, {
    cause: error,
  });
}
