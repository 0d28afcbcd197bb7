import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { PortError } from '../ports/port-error.ts';
import { type GitObject, objectHeader } from './object.ts';

const compress = promisify(deflate);

/**
 * Writes objects into a repository, loose, as git does (gitrepository-layout: `objects/ab/cdef…`, zlib of header and
 * content, whole or not at all). By ourselves, for a process would cost twice as much as the four small files of an
 * overlay. Those already there count as new again, so that no gc takes them before they are pushed (G1, G7).
 */
export async function writeObjects(
  directory: string,
  objects: readonly GitObject[],
): Promise<void> {
  try {
    await Promise.all(objects.map((object) => write(join(directory, 'objects'), object)));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : '';
    const denied = /^(EACCES|EPERM|EROFS)/.test(why);
    throw new PortError(
      denied ? 'denied' : 'unavailable',
      `could not write objects into ${directory}: ${why}`,
      { cause },
    );
  }
}

async function write(root: string, object: GitObject): Promise<void> {
  const folder = join(root, object.id.slice(0, 2));
  const file = join(folder, object.id.slice(2));
  if (await refresh(file)) return;
  const bytes = Buffer.concat([
    Buffer.from(objectHeader(object.kind, object.content), 'latin1'),
    object.content,
  ]);
  const stored = await compress(bytes, { level: 1 });
  // The name is one that git's own gc removes when it is left behind.
  const aside = join(folder, `tmp_obj_${randomUUID()}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await writeFile(aside, stored, { mode: 0o444, flag: 'wx' });
      await rename(aside, file);
      return;
    } catch (error) {
      await rm(aside, { force: true });
      if (!isMissing(error) || attempt === 20) throw error;
    }
    // A gc removes folders that are empty, also the one just made.
    await makeFolder(root, folder);
  }
}

/** Whether the object is there, and is as if new from now on. One whose age is not ours to change is written again. */
async function refresh(file: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(file, now, now);
    return true;
  } catch {
    return false;
  }
}

/** With the mode of `objects` itself: in a repository that a group shares, the others must be able to write there. */
async function makeFolder(root: string, folder: string): Promise<void> {
  const { mode } = await stat(root);
  await mkdir(folder, { recursive: true });
  await chmod(folder, mode & 0o7777).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
