import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { openPull } from '../scenarios/opening.ts';
import { short } from '../scenarios/story.ts';
import { wrapped } from '../doubles/wrapped.ts';

const never = new Promise<never>(() => {});

test('an effect whose reason has gone is dropped before it acts', async () => {
  const { story, head, build } = await openPull();
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  // The CI's lane is busy, so that the request to build the second head has to wait.
  const retain = story.ci.retain.bind(story.ci);
  story.ci.retain = async (stream, keep) => {
    await held;
    await retain(stream, keep);
  };
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  const isPushed = async (attempt: number): Promise<boolean> =>
    (await story.context(1)).tip?.attempt === attempt;
  await story.service.reconciler.run();
  await story.untilSo('the second overlay', () => isPushed(2));
  story.pushPull(1, second, { 'a.c': 'third' });
  await story.service.reconciler.run();
  await story.untilSo('the third overlay', () => isPushed(3));
  letGo();
  await story.settle();

  const third = await story.build(1);
  expect(story.ci.calls.filter((call) => call.startsWith('start'))).toEqual([
    `start ${short(build.commit)}.1`,
    `start ${short(third.commit)}.3`,
  ]);
  const moot = await story.service.log.db
    .selectFrom('effects')
    .select('type')
    .where('outcome', '=', 'moot')
    .execute();
  expect(moot.map(({ type }) => type)).toContain('build.start');
});

test('a stop ends in time, whatever hangs; what was under way is taken up at the next start', async () => {
  let hangs = false;
  const { story, head } = await openPull({
    forge: (real) =>
      wrapped(real, {
        openPulls: (repository) => (hangs ? never : real.openPulls(repository)),
        publish: (repository, status) => (hangs ? never : real.publish(repository, status)),
      }),
  });
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  const look = story.service.reconciler.run();
  await story.until(1, 'merging.fetching');
  hangs = true;
  await look;
  await story.until(1, 'building');
  void story.service.reconciler.run();
  const stopped = story.stop();
  story.world.advance(10_000);
  await stopped;

  hangs = false;
  await story.start();
  expect(story.statuses).toEqual([
    `${short(head)} orthrus pending: building ${short(head)}`,
    `${short(head)} orthrus error: superseded by ${short(second)}`,
    `${short(second)} orthrus pending: building ${short(second)}`,
  ]);
  expect(story.ci.calls.filter((call) => call.endsWith('.2'))).toHaveLength(1);
});

test('an effect that was lost is carried out once its lease has ended', async () => {
  const { story, build } = await openPull();
  // No deadline is left that would have the outbox looked at.
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const { engine, log } = story.service;
  const rows = log.db
    .selectFrom('effects')
    .where('type', '=', 'status.publish')
    .orderBy('version', 'desc');
  const { id, params } = await rows.select(['id', 'params']).executeTakeFirstOrThrow();
  const change = (to: Record<string, unknown>) =>
    log.db.updateTable('effects').set(to).where('id', '=', id).execute();
  const isDone = async (): Promise<boolean> =>
    (await rows.select('done_at').where('id', '=', id).executeTakeFirstOrThrow()).done_at !== null;
  await change({ params: '{}', done_at: null, outcome: null });
  engine.wake();
  await story.settle();
  await change({ params });
  story.world.advance(14 * 60_000);
  await story.settle();
  expect(await isDone()).toBe(false);
  story.world.advance(2 * 60_000);
  await story.settle();
  expect(await isDone()).toBe(true);
});
