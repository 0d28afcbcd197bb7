import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { duration } from '../../machines/describe.ts';
import type { Config } from '../config/schema.ts';
import type { LogDatabase } from '../log/database.ts';
import { checkLog, type CheckReport } from '../replay/check.ts';
import { type TravelStep, travel } from '../replay/time-travel.ts';
import { CliError } from './cli-error.ts';
import { findStream, nameOf } from './find-stream.ts';
import { print, printJson, progress } from './output.ts';
import { reading, type ReadingOptions, withJson } from './reading.ts';
import { stepJson, stepText } from './replay-text.ts';
import { colours, count, harmless } from './text.ts';

interface ReplayOptions extends ReadingOptions {
  readonly from?: string;
  readonly to?: string;
  readonly event?: string;
  readonly check?: boolean;
}

export function addReplay(program: Command): void {
  withJson(program.command('replay'))
    .description("one pull request's states, event by event, by today's machine")
    .argument('[pull]', 'forge:owner/repo#12, or forge:owner/repo@branch')
    .option('--from <version>', 'show nothing before this version')
    .option('--to <version>', 'stop after this version')
    .option('--event <type>', 'show only events of this type')
    .option('--check', 'compare every recorded state with what the machine gives now')
    .action((pull: string | undefined, options: ReplayOptions) =>
      reading(options, async (db, config) => {
        if (options.check === true) await check(db, config, pull, options);
        else await show(db, config, pull, options);
      }),
    );
}

async function show(
  db: LogDatabase,
  config: Config,
  pull: string | undefined,
  options: ReplayOptions,
): Promise<void> {
  if (pull === undefined)
    throw new CliError(
      'usage',
      'replay takes a pull request, forge:owner/repo#12; or --check, for all of them',
    );
  const from = versionOf(options.from, '--from') ?? 1;
  const to = versionOf(options.to, '--to');
  const row = await findStream(db, config, pull);
  if (to !== null) await requireVersion(db, pull, row.stream, to);
  const steps: TravelStep[] = [];
  let last: TravelStep | null = null;
  for await (const step of travel(db, row)) {
    last = step;
    if (isWanted(step, from, options.event)) {
      if (options.json === true) steps.push(step);
      else await print(stepText(step));
    }
    if (step.version === to) break;
  }
  if (options.json === true)
    await printJson({
      pull,
      stream: row.stream,
      version: last?.version ?? 0,
      state: last?.state ?? null,
      context: last?.context ?? null,
      steps: steps.map(stepJson),
    });
  else if (last !== null)
    await print(`${colours.bold(`after version ${last.version}: ${last.state}`)}\n`);
}

async function requireVersion(
  db: LogDatabase,
  pull: string,
  stream: string,
  to: number,
): Promise<void> {
  const { last } = await db
    .selectFrom('events')
    .select((row) => row.fn.max('version').as('last'))
    .where('stream', '=', stream)
    .executeTakeFirstOrThrow();
  if (to > last)
    throw new CliError(
      'failed',
      `${pull} has ${count(last, 'event')}, so there is no version ${to}; name one up to ${last}`,
    );
}

function isWanted(step: TravelStep, from: number, type: string | undefined): boolean {
  return step.version >= from && (type === undefined || step.event.type === type);
}

function versionOf(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new CliError('usage', `${option} takes a version, a number from 1 on, not "${text}"`);
}

async function check(
  db: LogDatabase,
  config: Config,
  pull: string | undefined,
  options: ReplayOptions,
): Promise<void> {
  if (pull !== undefined)
    throw new CliError('usage', '--check replays every stream; leave out the pull request');
  const shown = progress((events) => `replayed ${count(events, 'event')}`);
  const report = await checkLog(db, config.database.file, { onProgress: shown.at });
  shown.end();
  const named = report.first === null ? null : await pullOf(db, report.first.stream);
  if (options.json === true)
    await printJson({
      ...report,
      first: report.first === null ? null : { pull: named, ...report.first },
      ok: report.first === null,
    });
  else if (report.first === null || isatty(1)) await print(`${checkText(report)}\n`);
  if (report.first === null) return;
  const { version, type, recorded, replayed } = report.first;
  const others =
    report.differing === 1 ? '' : `, as ${count(report.differing - 1, 'more stream')} do`;
  throw new CliError(
    'failed',
    harmless(
      `${named} differs at version ${version} (${type}): recorded ${recorded}, replayed ${replayed}${others}; serve holds such a stream until \`orthrus accept ${named}\` lets it go on`,
    ),
  );
}

/** The stream as people name it, or its own name where nothing was ever seen of it. */
async function pullOf(db: LogDatabase, stream: string): Promise<string> {
  const row = await db
    .selectFrom('pulls')
    .select(['forge', 'repository', 'number', 'branch'])
    .where('stream', '=', stream)
    .executeTakeFirst();
  return row === undefined ? stream : nameOf(row);
}

function checkText(report: CheckReport): string {
  const rate = Math.round((report.events * 1000) / Math.max(report.milliseconds, 1));
  return (
    `${count(report.events, 'event')} of ${count(report.streams, 'stream')} replayed in ` +
    `${duration(report.milliseconds)} on ${count(report.cores, 'core')} (${rate.toLocaleString('en')} a second): ` +
    (report.first === null
      ? 'all as recorded'
      : `${count(report.differing, 'stream')} ${report.differing === 1 ? 'differs' : 'differ'}`)
  );
}
