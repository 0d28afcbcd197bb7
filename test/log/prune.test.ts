import { expect, test } from 'vitest';
import { endedStreams, removeOldHolds, removeStream } from '../../src/log/prune.ts';
import { holdLane } from '../../src/log/outbox.ts';
import { observed, openTestLog, sha, type TestLog } from './open-log.ts';

/** Pull requests that were opened and closed, and whose branches are gone. */
async function closeMany(log: TestLog, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const stream = `here:r1#${number}`;
    await log.append(observed(sha('a')), { stream });
    await log.append(observed(sha('a'), 'closed'), { stream });
    await log.append(
      { type: 'branch.deleted', branch: 'orthrus/pr-1', outcome: 'deleted' },
      { stream },
    );
  }
  await log.db.updateTable('effects').set({ done_at: log.now, outcome: 'done' }).execute();
}

test('G7 of many that have ended a pass takes so many, oldest names first, and the passes come to an end', async () => {
  const log = await openTestLog();
  await closeMany(log, 25);
  log.now += 1000;
  let passes = 0;
  for (;;) {
    const ended = await endedStreams(log.db, log.now, 10);
    if (ended.length === 0) break;
    expect(ended.length).toBeLessThanOrEqual(10);
    for (const each of ended) expect(await removeStream(log.db, each)).toBe(true);
    passes += 1;
  }
  expect(passes).toBe(3);
  for (const table of ['events', 'effects', 'snapshots', 'pulls', 'builds'] as const)
    expect(await log.count(table)).toBe(0);
});

test('G7 what still has something to do, was heard of lately, or is open is not ended', async () => {
  const log = await openTestLog();
  await closeMany(log, 3);
  const [first, second, third] = ['here:r1#1', 'here:r1#2', 'here:r1#3'] as const;
  const cutoff = log.now + 1000;
  await log.db
    .updateTable('effects')
    .set({ done_at: null, outcome: null })
    .where('stream', '=', first)
    .execute();
  log.now = cutoff;
  // Not handled, and news all the same.
  await log.append({ type: 'tip.observed', tip: null }, { stream: second });
  await log.append(observed(sha('b')), { stream: third });
  expect(await endedStreams(log.db, cutoff, 10)).toEqual([]);
  expect((await endedStreams(log.db, cutoff + 1, 10)).map(({ stream }) => stream)).toEqual([
    second,
  ]);
});

test('G7 what has happened since it was looked at keeps a stream', async () => {
  const log = await openTestLog();
  await closeMany(log, 1);
  log.now += 1000;
  const [ended] = await endedStreams(log.db, log.now, 10);
  if (ended === undefined) throw new Error('not ended');
  await log.append(observed(sha('b')), { stream: ended.stream });
  expect(await removeStream(log.db, ended)).toBe(false);
  expect(await log.count('events')).toBe(4);
});

test('G7 that a lane had to rest is forgotten when it need not any more', async () => {
  const log = await openTestLog();
  await holdLane(log.db, 'git:here:r1#1', log.now + 10);
  await holdLane(log.db, 'forge:here', log.now + 1000);
  await removeOldHolds(log.db, log.now + 11);
  const lanes = await log.db.selectFrom('lanes').select('lane').execute();
  expect(lanes).toEqual([{ lane: 'forge:here' }]);
});
