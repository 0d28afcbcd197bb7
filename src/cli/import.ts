import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { type LogDatabase, openLog } from '../log/database.ts';
import { inTransaction } from '../log/direct.ts';
import { readMachineVersion } from '../log/machine-version.ts';
import { rebuild, type Rebuilt } from '../log/rebuild.ts';
import { CliError } from './cli-error.ts';
import { Importer } from './importer.ts';
import { print, progress } from './output.ts';
import { withConfig } from './reading.ts';
import { count } from './text.ts';

export function addImport(program: Command): void {
  withConfig(program.command('import'))
    .description('fills an empty database from an export: all of it or nothing')
    .argument('<file>', 'what `orthrus export` wrote; - for stdin')
    .action(async (file: string, options: { readonly config: string }) => {
      const config = loadConfig(options.config);
      // Opened before the database, so that a wrong name makes none.
      const input = file === '-' ? process.stdin : await opened(file);
      const log = await openLog(config.database.file, config.database.synchronous);
      try {
        await refuseFilled(log.db, config.database.file);
        // One process writes, and this is it: while it reads on, nobody waits for the transaction.
        const rebuilt = await inTransaction(log.db, (db) =>
          fill(db, createInterface({ input, crlfDelay: Infinity })),
        );
        await print(told(rebuilt, config.database.file));
      } finally {
        await log.close();
        input.destroy();
      }
    });
}

function opened(file: string): Promise<NodeJS.ReadStream | ReturnType<typeof createReadStream>> {
  return new Promise((resolve, reject) => {
    const input = createReadStream(file, { encoding: 'utf8' });
    input.once('error', reject);
    input.once('ready', () => resolve(input));
  });
}

async function refuseFilled(db: LogDatabase, file: string): Promise<void> {
  const first = await db.selectFrom('events').select('position').limit(1).executeTakeFirst();
  if (first !== undefined)
    throw new CliError(
      'failed',
      `${file} has events already; an import takes an empty database: name another, or move this one away`,
    );
}

async function fill(db: LogDatabase, lines: AsyncIterable<string>): Promise<Rebuilt> {
  const importer = new Importer(db);
  const read = progress((done) => `read ${count(done, 'event')}`);
  for await (const line of lines) {
    await importer.add(line);
    read.at(importer.events);
  }
  importer.end();
  read.end();
  const folded = progress((done) => `folded ${count(done, 'event')}`);
  const rebuilt = await rebuild(db, {
    machineVersion: readMachineVersion(),
    onProgress: folded.at,
  });
  folded.end();
  return rebuilt;
}

function told({ events, streams, held }: Rebuilt, file: string): string {
  const all = `${count(events, 'event')} of ${count(streams, 'stream')} imported into ${file}\n`;
  if (held === 0) return all;
  return `${all}${count(held, 'stream')} ${held === 1 ? 'replays' : 'replay'} differently and will be held; \`orthrus replay --check\` says where\n`;
}
