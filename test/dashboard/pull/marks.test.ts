import { expect, onTestFinished, test } from 'vitest';
import {
  failureFrom,
  lastOf,
  letterOf,
  markOf,
  markPaths,
} from '../../../src/dashboard/pull/marks.ts';
import { timelinePart } from '../../../src/http/timeline.ts';
import { Keyframes } from '../../../src/http/timeline-keyframes.ts';
import { timelineMarks } from '../../../src/http/timeline-marks.ts';
import { openLog } from '../../../src/log/database.ts';
import { fillLog } from '../../replay/fill-log.ts';
import { pullLife } from '../../replay/lives.ts';

test('the marks of a log are those of its steps, and lead from failure to failure', async () => {
  const { db, close } = await openLog(':memory:');
  onTestFinished(close);
  const stream = 'here:r1#7';
  await fillLog(db, stream, pullLife('seven', 7));
  const row = await db.selectFrom('pulls').selectAll().executeTakeFirstOrThrow();
  const { steps, newest } = await timelinePart(db, new Keyframes(), row, { from: 1, limit: 100 });
  const marks = await timelineMarks(db, stream, { at: newest, newest });
  expect(marks).toEqual({ from: 1, letters: steps.map(letterOf).join('') });
  expect(lastOf(marks)).toBe(newest);

  const failed = steps.filter((step) => step.failed).map(({ version }) => version);
  expect(failed.length).toBeGreaterThan(0);
  const found: number[] = [];
  for (let at = failureFrom(marks, 0, 1); at !== null; at = failureFrom(marks, at, 1))
    found.push(at);
  expect(found).toEqual(failed);
  expect(failureFrom(marks, newest + 1, -1)).toBe(failed.at(-1));
  expect(failureFrom(marks, failed[0] ?? 0, -1)).toBe(null);
});

test('of a very long run the newest events are marked, or those around the version that is looked at', async () => {
  const { db, close } = await openLog(':memory:');
  onTestFinished(close);
  const stream = 'here:r1#7';
  const life = pullLife('seven', 7);
  await fillLog(db, stream, life);
  const newest = life.length;
  const all = await timelineMarks(db, stream, { at: 1, newest });
  for (const at of [1, 5, 20, newest - 12, newest - 2, newest]) {
    const marks = await timelineMarks(db, stream, { at, newest, most: 10 });
    expect(marks.letters).toBe(all.letters.slice(marks.from - 1, marks.from + 9));
    expect(marks.from).toBeLessThanOrEqual(at);
    expect(lastOf(marks)).toBeGreaterThanOrEqual(at);
  }
  const latest = await timelineMarks(db, stream, { at: newest - 3, newest, most: 10 });
  expect(lastOf(latest)).toBe(newest);
});

test('every event has a lane, and says how it went', () => {
  const mark = (type: string, handled = true, failed = false) =>
    markOf(letterOf({ type, handled, failed }));
  expect(mark('branch.observed')).toEqual({ lane: 'forge', tone: 'taken' });
  expect(mark('branch.deleted')).toEqual({ lane: 'git', tone: 'taken' });
  expect(mark('build.finished', true, true)).toEqual({ lane: 'CI', tone: 'failed' });
  expect(mark('status.published', false)).toEqual({ lane: 'status', tone: 'unhandled' });
  expect(mark('rebuild.requested')).toEqual({ lane: 'people', tone: 'taken' });
  expect(mark('timer.finish')).toEqual({ lane: 'timer', tone: 'taken' });
});

test('ten thousand marks are a few paths, no wider than a screen', () => {
  const paths = markPaths({ from: 1, letters: 'fgcsC'.repeat(2000) });
  expect(paths.map(({ lane, tone }) => `${lane} ${tone}`)).toEqual([
    'forge taken',
    'git taken',
    'CI taken',
    'status taken',
    'CI failed',
  ]);
  for (const { d } of paths) expect(d.match(/M/g)?.length).toBeLessThanOrEqual(1200);
});
