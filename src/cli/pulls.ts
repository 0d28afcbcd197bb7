import type { Command } from 'commander';
import { shortSha } from '../../machines/describe.ts';
import { waitsFor } from '../engine/waits-for.ts';
import type { LogDatabase } from '../log/database.ts';
import { readMachineVersion } from '../log/machine-version.ts';
import type { PullRow } from '../log/schema.ts';
import { readStandings } from '../log/standings.ts';
import { nameOf } from './find-stream.ts';
import { print, printJson } from './output.ts';
import { reading, type ReadingOptions, withJson } from './reading.ts';
import { age, colours, harmless, heading, table, tinted } from './text.ts';

export function addPulls(program: Command): void {
  withJson(program.command('pulls'))
    .description('what there is: pull requests and branches, the newest change first')
    .option('--all', 'closed ones too')
    .action((options: ReadingOptions & { readonly all?: boolean }) =>
      reading(options, async (db) => {
        const now = Date.now();
        const rows = await listPulls(db, options.all === true, now);
        if (options.json === true) await printJson(rows.map(toJson));
        else await print(toText(rows, now));
      }),
    );
}

type ListedPull = PullRow & { readonly held: string | null; readonly waitsFor: string | null };

async function listPulls(db: LogDatabase, all: boolean, now: number): Promise<ListedPull[]> {
  const every = db
    .selectFrom('pulls')
    .leftJoin('snapshots', 'snapshots.stream', 'pulls.stream')
    .selectAll('pulls')
    .select('snapshots.held')
    .orderBy('pulls.updated_at', 'desc')
    .orderBy('pulls.stream');
  const shown = all ? every : every.where('pulls.state', 'not in', ['closed', 'gone']);
  const rows = await shown.execute();
  const standings = await readStandings({ db, machineVersion: readMachineVersion() }, rows);
  return rows.map((row) => {
    const standing = standings.get(row.stream);
    return { ...row, waitsFor: standing === undefined ? null : waitsFor(standing, now) };
  });
}

function toText(rows: readonly ListedPull[], now: number): string {
  if (rows.length === 0) return 'nothing yet\n';
  return table([
    heading(['PULL', 'STATE', 'VERDICT', 'HEAD', 'CHANGED', 'DESCRIPTION']),
    ...rows.map((row) => [
      colours.bold(harmless(nameOf(row))),
      tinted(row.held === null ? row.state : `held (${row.state})`),
      tinted(row.verdict ?? '-'),
      row.head === null ? '-' : shortSha(row.head),
      age(row.updated_at, now),
      harmless(
        [row.title, row.waitsFor ?? row.description].filter((text) => text !== null).join(': '),
      ),
    ]),
  ]);
}

function toJson(row: ListedPull): Record<string, unknown> {
  return {
    pull: nameOf(row),
    stream: row.stream,
    kind: row.kind,
    forge: row.forge,
    repository: row.repository,
    number: row.number,
    branch: row.branch,
    title: row.title,
    author: row.author,
    state: row.state,
    held: row.held,
    waitsFor: row.waitsFor,
    head: row.head,
    tip: row.tip,
    verdict: row.verdict,
    description: row.description,
    version: row.version,
    openedAt: row.opened_at,
    updatedAt: row.updated_at,
  };
}
