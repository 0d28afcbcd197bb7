import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { openPull } from './opening.ts';
import { short } from './story.ts';

test('G4 a stream that replays differently is not acted on until somebody accepts it; others go on', async () => {
  const { story, base, head, build } = await openPull();
  story.pushPull(2, base, { 'b.c': 'other' });
  await story.look();
  const stream = story.stream(1);
  const { db } = story.service.log;
  // An older machine wrote this log, and was in another state after the second event.
  await db
    .updateTable('events')
    .set({ state: 'dreaming' })
    .where('stream', '=', stream)
    .where('version', '=', 2)
    .execute();
  await db.updateTable('snapshots').set({ machine_version: 'older' }).execute();
  await story.stop();
  const calls = story.ci.calls.length;

  await story.start();
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  const other = story.pushPull(2, story.repository.at('refs/pull/2/head'), { 'b.c': 'more' });
  await story.look();

  // Nothing is done for #1, but what came in is recorded; and once, however often one looks.
  const { held } = await story.service.engine.state(stream);
  expect(held).toContain('dreaming');
  expect(held).toMatch(/version 2\b/);
  expect(await story.state(1)).toBe('building');
  expect(story.pushes(1)).toEqual([build.commit]);
  const told = await story.told(1);
  expect(told.at(-1)).toBe('(pull.observed)');
  await story.look();
  await story.look();
  expect(await story.told(1)).toEqual(told);
  story.ci.begin(build);
  await story.settle();
  expect((await story.told(1)).at(-1)).toBe('(build.started)');

  // #2 goes on.
  const building = await story.build(2);
  expect(story.repository.show(building.commit, 'commit.txt')).toBe(`${other}\n`);
  story.ci.begin(building);
  story.ci.finish(building, built('app', 'two'));
  await story.until(2, 'idle');
  expect(story.ci.calls.slice(calls).filter((call) => call.includes(short(build.commit)))).toEqual(
    [],
  );

  // Somebody has looked at it: it goes on with what it was told meanwhile.
  await story.record(1, { type: 'machine.accepted', by: 'Ada' });
  await story.until(1, 'building');
  await story.settle();
  expect((await story.service.engine.state(stream)).held).toBeNull();
  const again = await story.build(1);
  expect(story.repository.show(again.commit, 'commit.txt')).toBe(`${second}\n`);
  story.ci.begin(again);
  story.ci.finish(again, built('app', 'one'));
  await story.until(1, 'idle');
  expect(story.repository.statuses(second)).toEqual({
    orthrus: expect.stringMatching(/^success: /),
  });
});

test('G4 a stream that replays the same goes on without a word', async () => {
  const { story, build } = await openPull();
  await story.service.log.db.updateTable('snapshots').set({ machine_version: 'older' }).execute();
  await story.stop();
  await story.start();
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  expect((await story.service.engine.state(story.stream(1))).held).toBeNull();
  expect(story.ci.calls).toHaveLength(1);
});
