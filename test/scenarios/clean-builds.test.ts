import { expect, test } from 'vitest';
import type { JobResult } from '../../machines/build.ts';
import { built, failed, keyOf } from '../doubles/scripted-ci.ts';
import { ToldOtherwise } from '../doubles/told-otherwise.ts';
import { cacheOf, openPull, type Opened, reasonsOf, saidOf } from './opening.ts';
import { short, type Story, type StoryOptions } from './story.ts';

/** The newest attempt's build begins and ends; what comes of it is waited for. */
async function endBuild(story: Story, ...jobs: JobResult[]): Promise<void> {
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(build, ...jobs);
  await story.settle();
}

async function asked(story: Story, builds: number): Promise<void> {
  await story.untilSo(`${builds} builds are asked for`, () => story.ci.builds.size === builds);
  await story.settle();
}

/** #1 was built cold, then twice from its cache; every second build from a cache is to be checked. */
async function dueForCheck(options: StoryOptions = {}): Promise<Opened & { third: string }> {
  const opened = await openPull({ ...options, repository: { coldEvery: 2 } });
  const { story, head } = opened;
  await endBuild(story, built('app', 'one'), built('lib', 'one'));
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  await endBuild(story, built('app', 'two'), built('lib', 'one', { built: false }));
  expect(story.ci.builds.size).toBe(2);
  const third = story.pushPull(1, second, { 'a.c': 'third' });
  await story.look();
  await endBuild(story, built('app', 'three'), built('lib', 'one', { built: false }));
  await asked(story, 4);
  return { ...opened, third };
}

test('C15 every n-th build from a cache is checked by a clean one, which waits for all others and says nothing if it agrees', async () => {
  const { story, third } = await dueForCheck();
  // The verdict did not wait.
  expect(story.repository.statuses(third)['orthrus']).toMatch(/^success: .*warm/);
  const said = story.statuses.length;
  const check = await story.build(1);
  expect(story.ci.builds.get(keyOf(check))?.request.patient).toBe(true);
  expect(cacheOf(story, check.commit)).toBeNull();
  expect((await story.context(1)).verdict?.state).toBe('success');

  await endBuild(story, built('app', 'clean'), built('lib', 'one', { built: false }));
  await story.until(1, 'idle');
  expect(story.statuses.slice(said)).toEqual([]);
  expect(await reasonsOf(story, 1, check.attempt)).toMatchObject({
    app: 'cold: it checks the incremental builds',
  });
  // The next head starts from the clean build, and the counting anew.
  expect(cacheOf(story, story.tip(1))?.['app']).toMatchObject({ from: null });
  story.pushPull(1, third, { 'a.c': 'fourth' });
  await story.look();
  await endBuild(story, built('app', 'four'), built('lib', 'one', { built: false }));
  await story.until(1, 'idle');
  expect(story.ci.builds.size).toBe(5);
});

test('C15 a clean build that fails where the incremental one succeeded: said on the head, and the cache dropped', async () => {
  const { story, third } = await dueForCheck();
  await endBuild(story, failed('app', { error: 'a.c:1: error: no' }), built('lib', 'clean'));
  await story.until(1, 'idle');
  await story.settle();
  expect(story.repository.statuses(third)).toEqual({
    orthrus:
      'failure: app failed; a clean build found this: app had succeeded incrementally; the cache is dropped',
    'orthrus/app': 'failure: a.c:1: error: no',
  });
  // Only what the clean build left is carried on, and nothing from before finds its way back.
  expect(Object.keys(cacheOf(story, story.tip(1)) ?? {})).toEqual(['lib']);
  story.pushPull(1, third, { 'a.c': 'fourth' });
  await story.look();
  expect(Object.keys(cacheOf(story, story.tip(1)) ?? {})).toEqual(['lib']);
  expect(story.ci.builds.size).toBe(5);
});

test('C15 a clean build that the CI cannot finish takes back nothing, and is not tried for ever', async () => {
  for (const how of ['error', 'late'] as const) {
    const { story, third } = await dueForCheck({ config: { reconcileEvery: '20d' } });
    const said = story.statuses.length;
    const check = await story.build(1);
    story.ci.begin(check);
    await story.settle();
    if (how === 'late') story.world.advance(7 * 3_600_000);
    else story.ci.fail(check, { kind: 'infrastructure', message: 'no space', paths: [] });
    await story.until(1, 'idle');
    await story.look();
    expect(story.statuses.slice(said)).toEqual([]);
    expect(story.repository.statuses(third)['orthrus']).toMatch(/^success: .*warm/);
    expect(story.ci.builds.size).toBe(4);
    // The cache that it was to check is carried on.
    story.pushPull(1, third, { 'a.c': 'fourth' });
    await story.look();
    expect(Object.keys(cacheOf(story, story.tip(1)) ?? {})).toEqual(['app', 'lib']);
  }
});

test('C15 a push while a clean build checks: it is cancelled, and the new head starts from the cache', async () => {
  const { story, third } = await dueForCheck();
  const said = story.statuses.length;
  const check = await story.build(1);
  story.ci.begin(check);
  const fourth = story.pushPull(1, third, { 'a.c': 'fourth' });
  await story.look();
  expect(story.ci.calls).toContain(`cancel ${keyOf(check)}`);
  expect(Object.keys(cacheOf(story, story.tip(1)) ?? {})).toEqual(['app', 'lib']);
  expect(story.statuses.slice(said)).toEqual([
    saidOf(fourth, `orthrus pending: building ${short(fourth)}`),
  ]);
});

test('C15 the label cold: the head that has its verdict is checked once, the next heads are built clean, once each', async () => {
  const told = new ToldOtherwise();
  const { story, head } = await openPull({ forge: told.forge });
  await endBuild(story, built('app', 'one'));
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  await endBuild(story, built('app', 'two'));
  await story.until(1, 'idle');
  const said = story.statuses.length;

  told.say(1, { labels: ['cold'] });
  await story.look();
  await asked(story, 3);
  expect(cacheOf(story, (await story.build(1)).commit)).toBeNull();
  await endBuild(story, built('app', 'clean'));
  await story.until(1, 'idle');
  await story.look();
  expect(story.statuses.slice(said)).toEqual([]);
  expect(story.ci.builds.size).toBe(3);

  const third = story.pushPull(1, second, { 'a.c': 'third' });
  await story.look();
  const build = await story.build(1);
  expect(cacheOf(story, build.commit)).toBeNull();
  expect(story.ci.builds.get(keyOf(build))?.request.patient).toBe(false);
  await endBuild(story, built('app', 'three'));
  await story.until(1, 'idle');
  await story.look();
  expect(story.ci.builds.size).toBe(4);
  expect(story.repository.statuses(third)['orthrus']).toMatch(/^success: .*cold/);
  expect(await reasonsOf(story, 1, 4)).toEqual({ app: 'cold: the label asks for it' });

  told.say(1, { labels: [] });
  story.pushPull(1, third, { 'a.c': 'fourth' });
  await story.look();
  expect(Object.keys(cacheOf(story, story.tip(1)) ?? {})).toEqual(['app']);
});
