import { expect, onTestFinished, test } from 'vitest';
import { applied } from '../../../src/dashboard/pull/changes.ts';
import { timelinePart } from '../../../src/http/timeline.ts';
import { Keyframes } from '../../../src/http/timeline-keyframes.ts';
import { currentState } from '../../../src/log/append.ts';
import { readMachineVersion } from '../../../src/log/machine-version.ts';
import { openLog, type LogDatabase } from '../../../src/log/database.ts';
import type { PullRow } from '../../../src/log/schema.ts';
import { travel, type TravelStep } from '../../../src/replay/time-travel.ts';
import { fillLog } from '../../replay/fill-log.ts';
import { branchLife, pullLife } from '../../replay/lives.ts';

async function aLog(): Promise<LogDatabase> {
  const log = await openLog(':memory:');
  onTestFinished(() => log.close());
  return log.db;
}

async function rowOf(db: LogDatabase, stream: string): Promise<PullRow> {
  return db.selectFrom('pulls').selectAll().where('stream', '=', stream).executeTakeFirstOrThrow();
}

async function told(db: LogDatabase, row: PullRow): Promise<TravelStep[]> {
  const steps: TravelStep[] = [];
  for await (const step of travel(db, row)) steps.push(step);
  return steps;
}

test('any part of a run tells each event, and the contexts that replay gives', async () => {
  const db = await aLog();
  await fillLog(db, 'here:r1#7', pullLife('seven', 7));
  const row = await rowOf(db, 'here:r1#7');
  const steps = await told(db, row);
  expect(steps.length).toBeGreaterThan(40);
  const keyframes = new Keyframes();
  for (const from of [1, 2, 17, steps.length, steps.length + 1, 9999]) {
    const part = await timelinePart(db, keyframes, row, { from, limit: 30 });
    const wanted = steps.slice(from - 1, from + 29);
    expect(part.newest).toBe(steps.length);
    expect(part.steps.map(({ version }) => version)).toEqual(wanted.map(({ version }) => version));
    let context = part.before.context;
    for (const [index, { changes, state, effects, type }] of part.steps.entries()) {
      context = applied(context, changes);
      expect(context).toEqual(wanted[index]?.context);
      expect(state).toBe(wanted[index]?.state);
      expect(type).toBe(wanted[index]?.event.type);
      expect(effects.map(({ outcome }) => outcome)).toEqual(
        wanted[index]?.effects.map(({ outcome }) => outcome),
      );
    }
  }
  const { before } = await timelinePart(db, keyframes, row, { from: 9999, limit: 1 });
  expect(before.visited.map(({ state }) => state)).toEqual([
    ...new Set(['idle', ...steps.map(({ state }) => state)]),
  ]);
  expect(before.visited[0]).toEqual({ state: 'idle', version: 0, at: null });
  for (const { state, version, at } of before.visited.slice(1)) {
    const first = steps.find((step) => step.state === state);
    expect({ version, at }).toEqual({ version: first?.version, at: first?.recordedAt });
  }
  expect(before.context).toEqual(steps.at(-1)?.context);
});

test('the far end of a long run is as near as its beginning, once it was told', async () => {
  const db = await aLog();
  await fillLog(db, 'here:r1@main', branchLife('main', 60));
  const row = await rowOf(db, 'here:r1@main');
  const steps = await told(db, row);
  expect(steps.length).toBeGreaterThan(300);
  const keyframes = new Keyframes();
  const end = async (): Promise<unknown> => {
    const part = await timelinePart(db, keyframes, row, { from: 301, limit: 100 });
    expect(part.before.context).toEqual(steps[299]?.context);
    return part.steps.reduce(
      (context, { changes }) => applied(context, changes),
      part.before.context,
    );
  };
  const state = await currentState(
    { db, machineVersion: readMachineVersion() },
    row.stream,
    row.kind,
  );
  expect(await end()).toEqual(state.snapshot.context);
  expect((await keyframes.before(db, row, 250)).version).toBe(200);
  expect(await end()).toEqual(state.snapshot.context);

  // Pruned, and seen again: what was folded of the earlier one counts for nothing.
  for (const table of ['events', 'snapshots', 'effects', 'builds'] as const)
    await db.deleteFrom(table).where('stream', '=', row.stream).execute();
  await fillLog(db, row.stream, branchLife('other', 60));
  const anew = await timelinePart(db, keyframes, row, { from: 301, limit: 1 });
  expect(anew.before.context).not.toEqual(steps[299]?.context);
});
