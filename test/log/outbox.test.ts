import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { Effect } from '../../machines/effect.ts';
import {
  claimEffect,
  dropEffects,
  dueTimers,
  finishEffect,
  fireTimer,
  holdLane,
  nextEffect,
  nextTimer,
  pendingEffects,
  postponeEffect,
  releaseLeases,
  storeEffects,
} from '../../src/log/outbox.ts';
import type { LogDatabase } from '../../src/log/database.ts';
import { openKysely } from '../../src/log/direct.ts';
import { migrate } from '../../src/log/migrate.ts';
import { LogConnection, LogDialect } from '../../src/log/sqlite-dialect.ts';
import { openTestLog, sha, type TestLog } from './open-log.ts';

const lease = 1000;
/** Two pull requests of one repository. */
const s = 'here:r1#1';
const t = 'here:r1#2';
const status = (description: string): Effect => ({
  type: 'status.publish',
  params: { commit: sha('a'), context: 'orthrus', state: 'pending', description },
});
const cancel = (attempt: number): Effect => ({
  type: 'build.cancel',
  params: { commit: sha('a'), attempt },
});
const timer = (name: 'start' | 'finish', after: number): Effect => ({
  type: 'timer.set',
  params: { name, after },
});

async function store(log: TestLog, stream: string, version: number, ...effects: Effect[]) {
  const cause = { stream, version, at: log.now };
  await storeEffects(log.db, cause, effects);
}

async function claim(log: TestLog): Promise<string | null> {
  return (await claimEffect(log.db, log.now, lease))?.row.id ?? null;
}

async function finish(log: TestLog, id: string, attempts = 1): Promise<boolean> {
  const end = { at: log.now, outcome: 'done', error: null } as const;
  return finishEffect(log.db, { id, attempts }, end);
}

test('of one stream and lane, effects are claimed in the order in which they were asked for', async () => {
  const log = await openTestLog();
  await store(log, s, 1, cancel(1), cancel(2));
  await store(log, s, 2, cancel(3));
  const order: (string | null)[] = [];
  for (let at = 0; at < 4; at += 1) {
    const id = await claim(log);
    order.push(id);
    if (id !== null) await finish(log, id);
  }
  expect(order).toEqual([`${s}/1.0`, `${s}/1.1`, `${s}/2.0`, null]);
});

test('a later one never overtakes an earlier one that waits to be tried again', async () => {
  const log = await openTestLog();
  await store(log, s, 1, cancel(1), cancel(2));
  expect(await claim(log)).toBe(`${s}/1.0`);
  await postponeEffect(log.db, { id: `${s}/1.0`, attempts: 1 }, log.now + 50, 'no answer');
  expect(await claim(log)).toBeNull();
  log.now += 50;
  expect(await claim(log)).toBe(`${s}/1.0`);
});

test('a lane does one thing at a time, whichever stream asks; other lanes go on', async () => {
  const log = await openTestLog();
  await store(log, s, 1, status('one'));
  await store(log, t, 1, status('two'), cancel(1));
  const [first, second, third] = [await claim(log), await claim(log), await claim(log)];
  expect([first, second, third]).toEqual([`${s}/1.0`, `${t}/1.1`, null]);
  await finish(log, `${s}/1.0`);
  expect(await claim(log)).toBe(`${t}/1.0`);
});

test('a lane that is told to rest rests until then, and the others do not', async () => {
  const log = await openTestLog();
  await store(log, s, 1, status('one'), cancel(1));
  await holdLane(log.db, 'forge:here', log.now + 500);
  await holdLane(log.db, 'forge:here', log.now + 100);
  expect(await claim(log)).toBe(`${s}/1.1`);
  expect(await claim(log)).toBeNull();
  expect(await nextEffect(log.db, log.now)).toBe(log.now + 500);
  log.now += 499;
  expect(await claim(log)).toBeNull();
  log.now += 1;
  expect(await claim(log)).toBe(`${s}/1.0`);
});

test('two claimers at the same moment never get the same effect', async () => {
  const log = await openTestLog();
  for (let at = 0; at < 10; at += 1) await store(log, `here:r${at}#1`, 1, cancel(1));
  const claimed = await Promise.all(Array.from({ length: 20 }, () => claim(log)));
  const ids = claimed.filter((id) => id !== null);
  expect(ids).toHaveLength(10);
  expect(new Set(ids).size).toBe(10);
});

test('whoever lost its lease cannot end the effect any more', async () => {
  const log = await openTestLog();
  await store(log, s, 1, cancel(1));
  expect(await claim(log)).toBe(`${s}/1.0`);
  log.now += lease + 1;
  expect(await claim(log)).toBe(`${s}/1.0`);
  expect(await finish(log, `${s}/1.0`, 1)).toBe(false);
  await postponeEffect(log.db, { id: `${s}/1.0`, attempts: 1 }, log.now + 9999, 'late');
  expect(await finish(log, `${s}/1.0`, 2)).toBe(true);
  expect(await finish(log, `${s}/1.0`, 2)).toBe(false);
});

test('the next process takes up what the last one had begun', async () => {
  const log = await openTestLog();
  await store(log, s, 1, cancel(1));
  expect(await claim(log)).toBe(`${s}/1.0`);
  await log.close();
  await log.open();
  expect(await claim(log)).toBeNull();
  expect(await releaseLeases(log.db)).toBe(1);
  expect(await claim(log)).toBe(`${s}/1.0`);
  const row = await log.db.selectFrom('effects').selectAll().executeTakeFirstOrThrow();
  expect(row.attempts).toBe(2);
});

test('a timer is replaced, dropped or fired, and holds up nothing', async () => {
  const log = await openTestLog();
  const due = async (): Promise<string[]> => (await dueTimers(log.db, log.now)).map(({ id }) => id);
  await store(log, s, 1, timer('start', 100), timer('finish', 300));
  await store(log, s, 2, timer('start', 200), cancel(1));
  await store(log, t, 1, timer('start', 100));
  expect(await claim(log)).toBe(`${s}/2.1`);
  expect(await claim(log)).toBeNull();
  expect(await due()).toEqual([]);
  expect(await nextTimer(log.db)).toBe(log.now + 100);
  log.now += 100;
  // That of the other stream; the one that was replaced never comes due.
  expect(await due()).toEqual([`${t}/1.0`]);
  log.now += 100;
  expect(await due()).toEqual([`${t}/1.0`, `${s}/2.0`]);
  await store(log, s, 3, { type: 'timer.drop', params: { name: 'start' } });
  expect(await due()).toEqual([`${t}/1.0`]);
  expect(await fireTimer(log.db, `${s}/2.0`, log.now)).toBe(false);
  expect(await fireTimer(log.db, `${t}/1.0`, log.now)).toBe(true);
  expect(await fireTimer(log.db, `${t}/1.0`, log.now)).toBe(false);
  const rows = await log.db
    .selectFrom('effects')
    .select(['id', 'outcome'])
    .where('kind', '=', 'timer')
    .orderBy('id')
    .execute();
  expect(rows).toEqual([
    { id: `${s}/1.0`, outcome: 'replaced' },
    { id: `${s}/1.1`, outcome: null },
    { id: `${s}/2.0`, outcome: 'dropped' },
    { id: `${t}/1.0`, outcome: 'fired' },
  ]);
});

test('a timer that an event sets and drops has ended, and one that it drops and sets has not', async () => {
  const log = await openTestLog();
  const drop: Effect = { type: 'timer.drop', params: { name: 'start' } };
  await store(log, s, 1, timer('start', 100), drop);
  await store(log, t, 1, drop, timer('start', 100));
  expect(
    await log.db.selectFrom('effects').select(['id', 'outcome']).orderBy('id').execute(),
  ).toEqual([
    { id: `${s}/1.0`, outcome: 'dropped' },
    { id: `${t}/1.1`, outcome: null },
  ]);
});

/** How SQLite finds what each statement of `act` reads or changes, in the statements' order. */
async function plansOf(act: (db: LogDatabase) => Promise<unknown>): Promise<string[][]> {
  const sqlite = new Database(':memory:');
  onTestFinished(() => void sqlite.close());
  const texts: string[] = [];
  class Told extends LogConnection {
    override execute<Row>(text: string, values: readonly unknown[]) {
      texts.push(text);
      return super.execute<Row>(text, values);
    }
  }
  const db = openKysely(new LogDialect(sqlite, new Told(sqlite)), true);
  await migrate(db);
  texts.length = 0;
  await act(db);
  const planRows = z.array(z.object({ detail: z.string() }));
  return texts.map((text) => {
    const values = text.match(/\?/g)?.map(() => null) ?? [];
    const rows = sqlite.prepare(`explain query plan ${text}`).all(values);
    return planRows
      .parse(rows)
      .map(({ detail }) => detail)
      .filter((detail) => /^(SEARCH|SCAN)/.test(detail));
  });
}

const pending = 'SEARCH effects USING INDEX effects_pending (stream=?';

test('to end a timer, SQLite looks through what is pending, not through all that the stream ever asked for', async () => {
  const drop = (name: 'start' | 'finish'): Effect => ({ type: 'timer.drop', params: { name } });
  const plans = await plansOf(async (db) => {
    await storeEffects(db, { stream: s, version: 1, at: 0 }, [drop('start'), drop('finish')]);
    await storeEffects(db, { stream: s, version: 2, at: 0 }, [timer('start', 100)]);
  });
  const ended = [`${pending} AND lane=?)`];
  expect(plans).toEqual([ended, ended, []]);
});

test('G7 what is pending of a stream is found without what is done of it', async () => {
  const plans = await plansOf(async (db) => {
    await pendingEffects(db, s);
    await dropEffects(db, s, 0);
  });
  expect(plans).toEqual([[`${pending})`], [`${pending})`]]);
});

test('E2 each of many that wait looks only for who is at work in its lane, and for what of its stream waits there', async () => {
  const plans = await plansOf((db) => claimEffect(db, 0, lease, ['git:x']));
  expect(plans).toEqual([
    [
      'SEARCH effects USING INDEX sqlite_autoindex_effects_1 (id=?)',
      'SEARCH e USING INDEX effects_unfinished (kind=? AND run_at<?)',
      'SEARCH l USING INDEX sqlite_autoindex_lanes_1 (lane=?)',
      'SEARCH busy USING INDEX effects_leased (lane=?)',
      'SEARCH earlier USING INDEX effects_pending (stream=? AND lane=?)',
      'SEARCH other USING INDEX effects_unfinished (kind=?)',
    ],
  ]);
});
