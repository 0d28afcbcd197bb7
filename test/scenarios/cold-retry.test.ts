import { expect, test } from 'vitest';
import { built, failed, keyOf } from '../doubles/scripted-ci.ts';
import { cacheOf, openPull, type Opened, reasonsOf, saidOf } from './opening.ts';
import { short, type StoryOptions } from './story.ts';

/** #1 with a cache for two jobs, and a push whose warm build of `app` has failed. */
async function brokenWarm(options: StoryOptions = {}): Promise<Opened & { second: string }> {
  const opened = await openPull(options);
  const { story, head, build } = opened;
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'), built('lib', 'one'));
  await story.until(1, 'idle');
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const warm = await story.build(1);
  story.ci.begin(warm);
  story.ci.finish(warm, failed('app'), built('lib', 'two'));
  return { ...opened, second, build: warm };
}

test('C17 an incremental build fails: said at once, tried once more without the cache, and the status corrected', async () => {
  const { story, second } = await brokenWarm();
  await story.untilSo('the third attempt is asked for', () => story.ci.builds.size === 3);
  await story.settle();
  expect(story.statuses.at(-1)).toEqual(
    saidOf(second, 'orthrus failure: app failed incrementally; tried once more without the cache'),
  );
  const retry = await story.build(1);
  const { request } = story.ci.builds.get(keyOf(retry)) ?? {};
  expect(request?.patient).toBe(true);
  // Only what failed is cold; the other job is not built again.
  expect(Object.keys(cacheOf(story, retry.commit) ?? {})).toEqual(['lib']);

  story.ci.begin(retry);
  story.ci.finish(retry, built('app', 'cold'), built('lib', 'two', { built: false }));
  await story.until(1, 'idle');
  expect(story.repository.statuses(second)).toEqual({
    orthrus: expect.stringMatching(
      /^success: .*cold; 1 of 2 jobs built; the incremental build of app had failed$/,
    ),
    'orthrus/app': 'success: succeeded',
  });
  expect(await reasonsOf(story, 1, 3)).toMatchObject({
    app: 'cold: its incremental build failed',
  });
  // The entry that misled is gone: what the clean build left stands in its place.
  expect(cacheOf(story, story.tip(1))?.['app']).toMatchObject({ from: null });
  expect(story.ci.calls).toHaveLength(3);
  expect(story.statuses.filter((status) => status.includes('pending'))).toHaveLength(2);
});

test('C17 what fails without the cache too is a failure of the code: once more, and never again', async () => {
  const { story, second } = await brokenWarm();
  await story.untilSo('the third attempt is asked for', () => story.ci.builds.size === 3);
  const retry = await story.build(1);
  story.ci.begin(retry);
  story.ci.finish(retry, failed('app'), built('lib', 'two', { built: false }));
  await story.until(1, 'idle');
  await story.look();
  expect(story.repository.statuses(second)['orthrus']).toBe(
    'failure: app failed, without the cache too',
  );
  expect(story.ci.calls).toHaveLength(3);
  // Its cache is kept, for the next head.
  expect(cacheOf(story, story.tip(1))?.['app']).toBeDefined();
});

test('C17 a job that was cold, or whose repository does not want it, is not tried again', async () => {
  const { story, second } = await brokenWarm({ repository: { coldRetry: false } });
  await story.until(1, 'idle');
  expect(story.repository.statuses(second)['orthrus']).toBe(
    'failure: app failed; its cache is kept',
  );
  expect(story.ci.calls).toHaveLength(2);

  const cold = await openPull();
  cold.story.ci.begin(cold.build);
  cold.story.ci.finish(cold.build, failed('app'));
  await cold.story.until(1, 'idle');
  expect(cold.story.ci.calls).toEqual([`start ${short(cold.build.commit)}.1`]);
});

test('C17 a push while it is tried again: nobody waits for the old head any more', async () => {
  const { story, second } = await brokenWarm();
  await story.untilSo('the third attempt is asked for', () => story.ci.builds.size === 3);
  const retry = await story.build(1);
  story.ci.begin(retry);
  const third = story.pushPull(1, second, { 'a.c': 'third' });
  await story.look();
  expect(story.ci.calls).toContain(`cancel ${keyOf(retry)}`);
  const next = await story.build(1);
  // The next head starts from the cache again.
  expect(Object.keys(cacheOf(story, next.commit) ?? {})).toEqual(['app', 'lib']);
  story.ci.begin(next);
  story.ci.finish(next, built('app', 'three'), built('lib', 'two', { built: false }));
  await story.until(1, 'idle');
  expect(story.repository.statuses(third)['orthrus']).toMatch(/^success: /);
});
