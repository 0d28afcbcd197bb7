import { expect, test } from 'vitest';
import { Gates } from '../doubles/gates.ts';
import { built } from '../doubles/scripted-ci.ts';
import { openPull } from './opening.ts';

const minutes = 60_000;
const hours = 60 * minutes;
const config = { reconcileEvery: '20d' };

test('G6 the clock jumps beyond the lease of an effect that is under way: it is not begun again beside itself', async () => {
  const gates = new Gates();
  const { story, head } = await openPull({ config, mirror: gates.mirror });
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  const held = gates.hold('push');
  await story.notice();
  await held.reached;
  story.world.advance(2 * hours);
  // Another pull request, in lanes of its own, shows that the worker has looked for what there is to do.
  story.pushPull(2, second, { 'a.c': 'other' });
  await story.notice();
  await story.until(2, 'building');
  const underWay = await story.service.log.db
    .selectFrom('effects')
    .select(['type', 'attempts'])
    .where('stream', '=', story.stream(1))
    .where('type', '=', 'overlay.push')
    .where('done_at', 'is', null)
    .execute();
  expect(underWay).toEqual([{ type: 'overlay.push', attempts: 1 }]);
  held.release();
  await story.until(1, 'building');
  await story.settle();
  expect((await story.told(1)).filter((type) => type.endsWith('overlay.pushed'))).toHaveLength(2);
  expect(story.moves.filter((move) => move.startsWith('orthrus/pr-1'))).toHaveLength(2);
});

test('G6 the clock is set back by a year while the service runs: what waits does not wait a year', async () => {
  const { story, head, build } = await openPull({ config });
  story.ci.begin(build);
  await story.settle();
  story.world.advance(-365 * 24 * hours);
  story.pushPull(2, head, { 'a.c': 'other' });
  await story.look();
  expect(await story.state(2)).toBe('building');
  // The deadline that was set before: not a moment early, and not a year late.
  story.ci.begin(await story.build(2));
  await story.settle();
  story.world.advance(6 * hours - minutes);
  await story.settle();
  expect(await story.state(1)).toBe('building');
  story.world.advance(2 * minutes);
  await story.until(1, 'idle');
  await story.until(2, 'idle');
  await story.settle();
  expect(story.statuses.filter((said) => said.includes(' error: '))).toEqual([
    expect.stringMatching(/the CI did not finish the build in time$/),
    expect.stringMatching(/the CI did not finish the build in time$/),
  ]);
});

test('G6 the clock was set back while the service was down: deadlines and pending work are as they were', async () => {
  const { story, head, build } = await openPull({ config });
  story.ci.begin(build);
  await story.settle();
  await story.stop();
  story.world.advance(-30 * 24 * hours);
  await story.start();
  expect(await story.state(1)).toBe('building');
  story.world.advance(6 * hours - minutes);
  await story.settle();
  expect(await story.state(1)).toBe('building');
  story.world.advance(2 * minutes);
  await story.until(1, 'idle');
  expect(story.statuses.at(-1)).toMatch(/error: the CI did not finish the build in time$/);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  expect(story.repository.statuses(head)['orthrus']).toMatch(/^success: /);
});

test('G1 G6 the clock was set back, and the service is started twice: deadlines are moved once', async () => {
  const { story, build } = await openPull({ config });
  story.ci.begin(build);
  await story.settle();
  await story.stop();
  story.world.advance(-30 * 24 * hours);
  await story.start();
  const events = (await story.events(1)).length;
  await story.stop();
  story.world.advance(hours);
  await story.start();
  // Nothing was recorded meanwhile by which one could tell.
  expect(await story.events(1)).toHaveLength(events);
  story.world.advance(5 * hours - minutes);
  await story.settle();
  expect(await story.state(1)).toBe('building');
  story.world.advance(2 * minutes);
  await story.until(1, 'idle');
  expect(story.statuses.at(-1)).toMatch(/error: the CI did not finish the build in time$/);
});

test('G6 the clock jumps ahead by a day: every deadline asks before it judges, and what was judged is corrected', async () => {
  const { story, head, build } = await openPull({ config });
  const other = story.pushPull(2, head, { 'a.c': 'other' });
  await story.look();
  const second = await story.build(2);
  for (const each of [build, second]) story.ci.begin(each);
  await story.settle();
  story.ci.finishSilently(build, built('app', 'one'));
  story.world.advance(24 * hours);
  await story.until(1, 'idle');
  await story.until(2, 'idle');
  await story.settle();
  expect(story.repository.statuses(head)['orthrus']).toMatch(/^success: /);
  expect(story.repository.statuses(other)['orthrus']).toMatch(/^error: .* in time$/);
  // One deadline, one verdict: nothing goes off a second time.
  story.world.advance(24 * hours);
  await story.settle();
  expect((await story.told(2)).filter((type) => type.includes('timer.'))).toEqual(['timer.finish']);
  story.ci.finish(second, built('app', 'two'));
  await story.until(2, 'idle');
  await story.settle();
  expect(story.repository.statuses(other)['orthrus']).toMatch(/^success: /);
});
