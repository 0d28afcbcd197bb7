import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { accepts } from '../engine/accepts.ts';
import { waitsFor } from '../engine/waits-for.ts';
import type { LogDatabase } from '../log/database.ts';
import { readMachineVersion } from '../log/machine-version.ts';
import type { PullRow } from '../log/schema.ts';
import { readStandings } from '../log/standings.ts';
import { type LoggedEvent, loggedEvent } from '../log/stored-event.ts';
import { summarize } from '../replay/summarize.ts';
import { findStream } from './find-stream.ts';
import { print, printJson } from './output.ts';
import { reading, type ReadingOptions, withJson } from './reading.ts';
import { age, colours, harmless, heading, table, tinted } from './text.ts';

export function addLog(program: Command): void {
  withJson(program.command('log'))
    .description("one pull request's events, oldest first")
    .argument('<pull>', 'forge:owner/repo#12, or forge:owner/repo@branch')
    .option('--follow', 'go on with what is recorded from now on')
    .action((pull: string, options: ReadingOptions & { readonly follow?: boolean }) =>
      reading(options, async (db, config) => {
        const row = await findStream(db, config, pull);
        const { stream } = row;
        const events = await eventsAfter(db, stream, 0);
        const follows = options.follow === true;
        if (options.json === true && !follows) await printJson(events.map(toJson));
        else if (options.json === true) await print(lines(events));
        else await print(toText(events, Date.now()) + (await standingText(db, row)));
        if (follows) await follow(db, stream, events.at(-1)?.version ?? 0, options.json === true);
      }),
    );
}

async function eventsAfter(
  db: LogDatabase,
  stream: string,
  version: number,
): Promise<LoggedEvent[]> {
  const rows = await db
    .selectFrom('events')
    .selectAll()
    .where('stream', '=', stream)
    .where('version', '>', version)
    .orderBy('version')
    .execute();
  return rows.map(loggedEvent);
}

/** Until it is interrupted. */
async function follow(
  db: LogDatabase,
  stream: string,
  after: number,
  asJson: boolean,
): Promise<never> {
  let version = after;
  for (;;) {
    await setTimeout(300);
    const fresh = await eventsAfter(db, stream, version);
    version = fresh.at(-1)?.version ?? version;
    if (fresh.length > 0)
      await print(asJson ? lines(fresh) : table(fresh.map((event) => rowOf(event, Date.now()))));
  }
}

function toText(events: readonly LoggedEvent[], now: number): string {
  return table([
    heading(['VERSION', 'AGE', 'EVENT', 'STATE', 'FROM', 'WHAT']),
    ...events.map((event) => rowOf(event, now)),
  ]);
}

/** What it waits for, and what would be taken next. */
async function standingText(db: LogDatabase, row: PullRow): Promise<string> {
  const standing = (await readStandings({ db, machineVersion: readMachineVersion() }, [row])).get(
    row.stream,
  );
  if (standing === undefined) return '';
  const sentence = waitsFor(standing, Date.now()) ?? 'nothing is waited for';
  return `\n${colours.bold(harmless(sentence))}\n${colours.dim(`accepts ${accepts(standing).join(', ')}`)}\n`;
}

function rowOf({ version, recordedAt, data, state, meta }: LoggedEvent, now: number): string[] {
  const what = harmless(summarize(data));
  const mark = meta.held === true ? 'held' : meta.handled ? null : 'not handled';
  return [
    String(version).padStart(7),
    age(recordedAt, now),
    mark === null ? data.type : colours.dim(data.type),
    tinted(state),
    meta.source,
    mark === null ? what : `${colours.yellow(`[${mark}]`)} ${colours.dim(what)}`.trimEnd(),
  ];
}

/** One object a line: what `--follow --json` prints. */
function lines(events: readonly LoggedEvent[]): string {
  return events.map((event) => `${JSON.stringify(toJson(event))}\n`).join('');
}

export function toJson(event: LoggedEvent): Record<string, unknown> {
  const { type, ...data } = event.data;
  return {
    stream: event.stream,
    version: event.version,
    recordedAt: event.recordedAt,
    type,
    data,
    state: event.state,
    handled: event.meta.handled,
    held: event.meta.held === true,
    source: event.meta.source,
    key: event.key,
    machineVersion: event.machineVersion,
  };
}
