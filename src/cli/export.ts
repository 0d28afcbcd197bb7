import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import type { LogDatabase } from '../log/database.ts';
import { exportVersion, lineOf } from '../log/export-line.ts';
import { print, progress } from './output.ts';
import { reading, withConfig } from './reading.ts';
import { count } from './text.ts';

export function addExport(program: Command): void {
  withConfig(program.command('export'))
    .description('the log as NDJSON, to keep or to move')
    .argument('[file]', 'where to; default: stdout')
    .action((file: string | undefined, options: { readonly config: string }) =>
      reading(options, async (db) => {
        if (file === undefined || file === '-') await writeLog(db, print);
        else process.stderr.write(`${count(await writeFile(db, file), 'event')} in ${file}\n`);
      }),
    );
}

/** Whole or not at all: what stands under the name is never half an export. */
async function writeFile(db: LogDatabase, file: string): Promise<number> {
  const aside = `${file}.${process.pid}.part`;
  const out = createWriteStream(aside);
  const ended = finished(out);
  try {
    await Promise.race([once(out, 'open'), ended]);
    const events = await writeLog(db, async (text) => {
      if (!out.write(text)) await Promise.race([once(out, 'drain'), ended]);
    });
    out.end();
    await ended;
    await rename(aside, file);
    return events;
  } catch (error) {
    ended.catch(() => {});
    out.destroy();
    await rm(aside, { force: true });
    throw error;
  }
}

/** What was recorded until now; a service that goes on writing is not in the way. */
async function writeLog(db: LogDatabase, write: (text: string) => Promise<void>): Promise<number> {
  const { events, last } = await db
    .selectFrom('events')
    .select((row) => [row.fn.countAll<number>().as('events'), row.fn.max('position').as('last')])
    .executeTakeFirstOrThrow();
  const header = { orthrus: 'export', version: exportVersion, exportedAt: Date.now(), events };
  await write(`${JSON.stringify(header)}\n`);
  const shown = progress((done) => `exported ${count(done, 'event')} of ${count(events, 'event')}`);
  let [position, done] = [0, 0];
  while (done < events) {
    const page = await db
      .selectFrom('events')
      .selectAll()
      .where('position', '>', position)
      .where('position', '<=', last)
      .orderBy('position')
      .limit(500)
      .execute();
    if (page.length === 0) break;
    await write(page.map((row) => `${JSON.stringify(lineOf(row))}\n`).join(''));
    position = page.at(-1)?.position ?? position;
    done += page.length;
    shown.at(done);
  }
  shown.end();
  return done;
}
