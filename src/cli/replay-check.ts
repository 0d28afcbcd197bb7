import { isatty } from 'node:tty';
import { duration } from '../../machines/describe.ts';
import type { Config } from '../config/schema.ts';
import type { LogDatabase } from '../log/database.ts';
import { checkLog, type CheckReport } from '../replay/check.ts';
import { CliError } from './cli-error.ts';
import { nameOf } from './find-stream.ts';
import { print, printJson, progress } from './output.ts';
import { count, harmless } from './text.ts';

/**
 * Every stream through today's machine, and the first difference.
 * @throws {CliError} `failed` if there is one
 */
export async function checkReplay(db: LogDatabase, config: Config, asJson: boolean): Promise<void> {
  const shown = progress((events) => `replayed ${count(events, 'event')}`);
  const report = await checkLog(db, config.database.file, { onProgress: shown.at });
  shown.end();
  const named = report.first === null ? null : await pullOf(db, report.first.stream);
  if (asJson)
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
