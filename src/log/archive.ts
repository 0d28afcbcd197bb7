import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exportVersion, lineOf } from './export-line.ts';
import type { LogDatabase } from './database.ts';

/** The events of one stream, in order, some at a time: one stream may be long. */
async function* pagesOf(db: LogDatabase, stream: string, version: number) {
  for (let after = 0; after < version; ) {
    const page = await db
      .selectFrom('events')
      .selectAll()
      .where('stream', '=', stream)
      .where('version', '>', after)
      .where('version', '<=', version)
      .orderBy('version')
      .limit(500)
      .execute();
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.version;
  }
}

/**
 * Where a stream is archived: by the month of its last event. The hash tells streams apart whose names differ in what no
 * file name may hold, and the lives of a pull request that was opened again after it was pruned.
 */
function archiveFile(directory: string, stream: string, first: number, last: number): string {
  const month = new Date(last).toISOString().slice(0, 7);
  const words = stream.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 100);
  const hash = createHash('sha256').update(`${stream}\0${first}`).digest('hex').slice(0, 12);
  return join(directory, month, `${words}-${hash}.ndjson`);
}

/**
 * Writes a stream's events to a file of their own, as `orthrus export` writes them, so that `orthrus import` reads them.
 * It is on the disk when this returns, whole or not at all; written twice it is the same, byte for byte.
 *
 * @param version the stream's newest event
 * @returns the file; null if there is nothing to archive
 */
export async function archiveStream(
  db: LogDatabase,
  directory: string,
  stream: string,
  version: number,
): Promise<string | null> {
  const ends = await db
    .selectFrom('events')
    .select((row) => [
      row.fn.min('recorded_at').as('first'),
      row.fn.max('recorded_at').as('last'),
      row.fn.countAll<number>().as('events'),
    ])
    .where('stream', '=', stream)
    .where('version', '<=', version)
    .executeTakeFirstOrThrow();
  if (ends.events === 0) return null;
  const file = archiveFile(directory, stream, ends.first, ends.last);
  await mkdir(dirname(file), { recursive: true });
  await sweep(file);
  const aside = `${file}.${randomUUID()}.part`;
  const out = await open(aside, 'wx');
  try {
    const header = {
      orthrus: 'export',
      version: exportVersion,
      exportedAt: ends.last,
      events: ends.events,
    };
    await out.write(`${JSON.stringify(header)}\n`);
    for await (const page of pagesOf(db, stream, version))
      await out.write(page.map((row) => `${JSON.stringify(lineOf(row))}\n`).join(''));
    await out.sync();
    await out.close();
    await rename(aside, file);
    for (const folder of [dirname(file), directory, dirname(directory)]) await syncFolder(folder);
  } catch (error) {
    await out.close().catch(() => {});
    await rm(aside, { force: true });
    throw error;
  }
  return file;
}

/** A name is on the disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Removes what a process left that died while it wrote this very file; one process writes a log. */
async function sweep(file: string): Promise<void> {
  for (const name of await readdir(dirname(file))) {
    const path = join(dirname(file), name);
    if (path.startsWith(`${file}.`) && path.endsWith('.part')) await rm(path, { force: true });
  }
}
