import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { eventSchema } from '../../machines/fold.ts';
import type { StreamKind } from '../../machines/stream.ts';
import type { Config } from '../config/schema.ts';
import type { LogDatabase } from '../log/database.ts';
import { type TravelStep, travel } from '../replay/time-travel.ts';
import { CliError } from './cli-error.ts';
import { findStream } from './find-stream.ts';
import { print, printJson } from './output.ts';
import { reading, type ReadingOptions, withJson } from './reading.ts';
import { stepJson, stepText } from './replay-text.ts';
import { colours, count } from './text.ts';

interface ReplayOptions extends ReadingOptions {
  readonly from?: string;
  readonly to?: string;
  readonly event: readonly string[];
  readonly step?: boolean;
  readonly check?: boolean;
}

export function addReplay(program: Command): void {
  withJson(program.command('replay'))
    .description("one pull request's states, event by event, by today's machine")
    .argument('[pull]', 'forge:owner/repo#12, or forge:owner/repo@branch')
    .option('--from <version>', 'show nothing before this version')
    .option('--to <version>', 'stop after this version')
    .option('--event <type>', 'show only events of this type; may be given again', several, [])
    .option('--step', 'walk through it with the keyboard')
    .option('--check', 'compare every recorded state with what the machine gives now')
    .action((pull: string | undefined, options: ReplayOptions) =>
      reading(options, async (db, config) => {
        if (options.check === true) await check(db, config, pull, options);
        else await show(db, config, pull, options);
      }),
    );
}

function several(type: string, before: readonly string[]): readonly string[] {
  return [...before, type];
}

async function check(
  db: LogDatabase,
  config: Config,
  pull: string | undefined,
  options: ReplayOptions,
): Promise<void> {
  if (pull !== undefined)
    throw new CliError('usage', '--check replays every stream; leave out the pull request');
  const { checkReplay } = await import('./replay-check.ts');
  await checkReplay(db, config, options.json === true);
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
  if (options.step === true) requireTerminal(options);
  const row = await findStream(db, config, pull);
  requireTypes(row.kind, options.event);
  for (const version of [from, to])
    if (version !== null) await requireVersion(db, pull, row.stream, version);
  const steps: TravelStep[] = [];
  const printsAtOnce = options.json !== true && options.step !== true;
  let last: TravelStep | null = null;
  for await (const step of travel(db, row)) {
    const before = last;
    last = step;
    if (isWanted(step, from, options.event)) {
      if (printsAtOnce) await print(stepText(step, before));
      else steps.push(step);
    }
    if (step.version === to) break;
  }
  if (options.step === true) {
    const { walkThrough } = await import('./replay-step.ts');
    await walkThrough(pull, steps);
  } else if (options.json === true)
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

function requireTerminal({ json }: ReplayOptions): void {
  if (json === true)
    throw new CliError('usage', '--step is for people and --json for programs; leave out one');
  if (!isatty(0) || !isatty(1))
    throw new CliError(
      'usage',
      '--step needs a terminal, for its keys and its screen; leave it out to print all steps',
    );
}

/** @throws {CliError} `usage` for a type that no event of such a stream has */
function requireTypes(kind: StreamKind, types: readonly string[]): void {
  const known = eventSchema(kind).options.map((event) => event.shape.type.value);
  const unknown = types.find((type) => !known.some((one) => one === type));
  if (unknown !== undefined)
    throw new CliError(
      'usage',
      `there is no event "${unknown}"; there is ${known.toSorted().join(', ')}`,
    );
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

function isWanted(step: TravelStep, from: number, types: readonly string[]): boolean {
  return step.version >= from && (types.length === 0 || types.includes(step.event.type));
}

function versionOf(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new CliError('usage', `${option} takes a version, a number from 1 on, not "${text}"`);
}
