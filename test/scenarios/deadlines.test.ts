import { expect, test } from 'vitest';
import { built, failed } from '../doubles/scripted-ci.ts';
import { cacheOf, openPull, saidOf } from './opening.ts';
import { short } from './story.ts';

const minutes = 60_000;
const options = { config: { deadlines: { start: '15m', finish: '6h' } } };

test('C3 a CI that never starts is reported after the shorter deadline, once', async () => {
  const { story, head, build } = await openPull(options);
  story.world.advance(14 * minutes);
  await story.settle();
  expect(await story.state(1)).toBe('building');

  story.world.advance(2 * minutes);
  await story.until(1, 'idle');
  story.world.advance(7 * 60 * minutes);
  await story.look();

  expect(story.transcript(1)).toEqual({
    pushes: [build.commit],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus error: the CI did not start the build in time'),
    ],
  });
  expect((await story.told(1)).filter((type) => type.includes('timer'))).toEqual(['timer.start']);
});

test('C3 a build that has begun is not held to the deadline for starting', async () => {
  const { story, head, build } = await openPull(options);
  story.ci.begin(build);
  await story.settle();
  story.world.advance(60 * minutes);
  await story.settle();
  expect(await story.state(1)).toBe('building');
  expect(story.statuses).toEqual([saidOf(head, `orthrus pending: building ${short(head)}`)]);
});

test('C3 a CI that starts after all, and succeeds, corrects the status', async () => {
  const { story, head, build } = await openPull(options);
  story.world.advance(16 * minutes);
  await story.until(1, 'idle');
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  expect(story.statuses).toEqual([
    saidOf(head, `orthrus pending: building ${short(head)}`),
    saidOf(head, 'orthrus error: the CI did not start the build in time'),
    saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
  ]);
  expect(Object.keys(cacheOf(story, story.tip(1)) ?? {})).toEqual(['app']);
});

test('C4 a CI that never finishes is reported; a late result corrects it and its cache is kept', async () => {
  const { story, head, build } = await openPull(options);
  story.ci.begin(build);
  await story.settle();
  story.world.advance(5 * 60 * minutes);
  await story.settle();
  expect(await story.state(1)).toBe('building');
  story.world.advance(61 * minutes);
  await story.until(1, 'idle');
  expect(story.pushes(1)).toEqual([build.commit]);

  story.ci.finish(build, built('app', 'one'));
  await story.settle();
  await story.until(1, 'idle');

  const recorded = story.tip(1);
  expect(Object.keys(cacheOf(story, recorded) ?? {})).toEqual(['app']);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, recorded],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus error: the CI did not finish the build in time'),
      saidOf(head, 'orthrus success: 6 h …, cold; 1 of 1 jobs built'),
    ],
  });

  // The next head starts from it.
  story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  expect(cacheOf(story, story.tip(1))).toEqual(cacheOf(story, recorded));
});

test('C4 a late failure corrects the status too, and a result that nobody told is asked for', async () => {
  const { story, head, build } = await openPull(options);
  story.ci.begin(build);
  await story.settle();
  story.world.advance(7 * 60 * minutes);
  await story.until(1, 'idle');
  story.ci.finishSilently(build, failed('app'));
  await story.look();
  await story.until(1, 'idle');
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus error: the CI did not finish the build in time'),
      saidOf(head, 'orthrus/app failure: it broke'),
      saidOf(head, 'orthrus failure: app failed'),
    ],
  });
});

test('C4 a build that ended while the service was down is not reported as late', async () => {
  const { story, head, build } = await openPull(options);
  story.ci.begin(build);
  await story.settle();
  await story.stop();
  story.ci.finishSilently(build, built('app', 'one'));
  story.world.advance(7 * 60 * minutes);
  await story.start();
  await story.until(1, 'idle');
  expect(story.statuses).toEqual([
    saidOf(head, `orthrus pending: building ${short(head)}`),
    saidOf(head, 'orthrus success: 7 h…, cold; 1 of 1 jobs built'),
  ]);
});

test('C3 C4 the deadlines of a branch that is built as itself', async () => {
  const { story } = await openPull({ ...options, repository: { branches: ['main'] } });
  const main = story.repository.at('refs/heads/main') ?? '';
  const build = await story.branchBuild('main');
  story.world.advance(16 * minutes);
  await story.until('main', 'idle');
  story.ci.finish(build, built('app', 'one'));
  await story.settle();
  await story.until('main', 'idle');
  expect(story.statuses.filter((said) => said.startsWith(short(main)))).toEqual([
    saidOf(main, `orthrus pending: building ${short(main)}`),
    saidOf(main, 'orthrus error: the CI did not start the build in time'),
    saidOf(main, 'orthrus success: …cold; 1 of 1 jobs built'),
  ]);
});
