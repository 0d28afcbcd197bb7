import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type OpenLog, openLog } from '../../src/log/database.ts';
import { checkLog } from '../../src/replay/check.ts';
import { fillLog } from './fill-log.ts';
import { branchLife, pullLife } from './lives.ts';

let log: OpenLog;
let file: string;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orthrus-check-'));
  file = join(folder, 'orthrus.db');
  log = await openLog(file, 'normal');
  onTestFinished(async () => {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const number of [1, 2, 3]) await fillLog(log.db, `here:r1#${number}`, pullLife('a', number));
  await fillLog(log.db, 'here:r1@main', branchLife('main', 3));
});

async function alter(stream: string, version: number, state: string): Promise<void> {
  const set = log.db.updateTable('events').set({ state });
  await set.where('stream', '=', stream).where('version', '=', version).execute();
}

describe('replay --check', () => {
  it('finds a log that this machine wrote as recorded', async () => {
    const report = await checkLog(log.db, file);
    expect(report).toMatchObject({ events: 192, streams: 4, differing: 0, first: null, cores: 1 });
  });

  it('says the same on several cores, each with a share of the streams', async () => {
    await alter('here:r1#3', 5, 'idle');
    await alter('here:r1#2', 17, 'idle');
    await alter('here:r1#2', 30, 'idle');
    const reports = [
      await checkLog(log.db, file, { cores: 1 }),
      await checkLog(log.db, file, { cores: 2, rangeSize: 30 }),
    ];
    for (const report of reports)
      expect(report).toMatchObject({
        events: 192,
        streams: 4,
        differing: 2,
        first: {
          stream: 'here:r1#2',
          version: 17,
          type: 'build.finished',
          recorded: 'idle',
          replayed: 'caching',
        },
      });
    expect(reports.map((report) => report.cores)).toEqual([1, 2]);
  });

  it('G4 does not count what came before somebody accepted the machine', async () => {
    await alter('here:r1#2', 17, 'idle');
    await fillLog(log.db, 'here:r1#2', [
      {
        event: { type: 'machine.accepted', by: 'grace' },
        state: 'closing',
        handled: true,
        answers: null,
        at: 99_000,
      },
    ]);
    expect((await checkLog(log.db, file)).first).toBeNull();
  });

  it('takes a stream that is longer than a page', async () => {
    await fillLog(log.db, 'here:r1@long', branchLife('long', 250));
    expect(await checkLog(log.db, file)).toMatchObject({ events: 1692, differing: 0 });
    await alter('here:r1@long', 1499, 'gone');
    expect((await checkLog(log.db, file)).first).toMatchObject({ version: 1499, recorded: 'gone' });
  });

  it('has nothing to say of an empty log', async () => {
    await log.db.deleteFrom('events').execute();
    expect(await checkLog(log.db, file)).toMatchObject({ events: 0, streams: 0, first: null });
  });
});
