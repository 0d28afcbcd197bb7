import { expect, test } from 'vitest';
import { built, failed, storePathOf } from '../doubles/scripted-ci.ts';
import { cacheOf, openPull, reasonsOf, saidOf } from './opening.ts';
import { short, type Story } from './story.ts';

const drv = (as: string, job: string): string => `${storePathOf(as, job)}.drv`;
const left = (as: string, job: string): string => storePathOf(as, job, 'cache');

/** The newest build of #1 succeeds, every job as named. */
async function succeed(story: Story, as: string, ...jobs: string[]): Promise<void> {
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(build, ...jobs.map((job) => built(job, as)));
  await story.settle();
  await story.until(1, 'idle');
}

test('C6 a recorded path is collected: seen before it is written, that entry alone is cold', async () => {
  const { story, head } = await openPull();
  await succeed(story, 'one', 'app', 'lib');
  story.ci.gone.add(left('one', 'app'));

  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  expect(cacheOf(story, story.tip(1))).toEqual({
    lib: { drv: drv('one', 'lib'), from: null, path: left('one', 'lib') },
  });
  await succeed(story, 'two', 'app', 'lib');

  expect(await reasonsOf(story, 1, 2)).toEqual({
    app: 'cold: path collected',
    lib: `from #1's build of ${short(head)}`,
  });
  expect(cacheOf(story, story.tip(1))).toEqual({
    app: { drv: drv('two', 'app'), from: null, path: left('two', 'app') },
    lib: { drv: drv('two', 'lib'), from: left('one', 'lib'), path: left('two', 'lib') },
  });
  expect(story.ci.calls).toHaveLength(2);
  expect(story.statuses.at(-1)).toEqual(
    saidOf(second, 'orthrus success: …partly warm (cold took 1 s); 2 of 2 jobs built'),
  );
});

test('C6 the path that an entry came from is collected: it stays incremental, without comparison', async () => {
  const { story, head } = await openPull();
  await succeed(story, 'one', 'app');
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  await succeed(story, 'two', 'app');
  story.ci.gone.add(left('one', 'app'));
  story.pushPull(1, second, { 'a.c': 'third' });
  await story.look();
  expect(cacheOf(story, story.tip(1))).toEqual({
    app: { drv: null, from: null, path: left('two', 'app') },
  });
  await succeed(story, 'three', 'app');
  expect(cacheOf(story, story.tip(1))).toEqual({
    app: { drv: drv('three', 'app'), from: left('two', 'app'), path: left('three', 'app') },
  });
});

test('C6 collected between the push and the evaluation: known by our own path, once cold, no loop', async () => {
  const { story, head } = await openPull();
  await succeed(story, 'one', 'app', 'lib');
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const build = await story.build(1);
  const gone = left('one', 'app');
  story.ci.begin(build);
  story.ci.fail(build, { kind: 'missing-path', message: `${gone} is gone`, paths: [gone] });
  await story.settle();
  await story.until(1, 'building');

  const again = await story.build(1);
  expect(again.attempt).toBe(3);
  expect(cacheOf(story, again.commit)).toEqual({
    lib: { drv: drv('one', 'lib'), from: null, path: left('one', 'lib') },
  });
  await succeed(story, 'two', 'app', 'lib');
  expect(await reasonsOf(story, 1, 3)).toMatchObject({ app: 'cold: path collected' });
  expect(story.transcript(1)).toEqual({
    pushes: [expect.anything(), expect.anything(), build.commit, again.commit, story.tip(1)],
    ci: [expect.anything(), `start ${short(build.commit)}.2`, `start ${short(again.commit)}.3`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 2 of 2 jobs built'),
      saidOf(second, `orthrus pending: building ${short(second)}`),
      saidOf(second, 'orthrus success: …partly warm (cold took 1 s); 2 of 2 jobs built'),
    ],
  });
});

test('C6 a path that was built anew is used again', async () => {
  const { story, head } = await openPull();
  await succeed(story, 'one', 'app');
  story.pushPull(1, head, { README: 'second' });
  await story.look();
  const build = await story.build(1);
  const gone = left('one', 'app');
  story.ci.begin(build);
  story.ci.fail(build, { kind: 'missing-path', message: `${gone} is gone`, paths: [gone] });
  await story.settle();
  await story.until(1, 'building');
  // The same sources, built cold again, leave the same path again.
  await succeed(story, 'one', 'app');

  story.pushPull(1, head, { 'a.c': 'third' });
  await story.look();
  expect(cacheOf(story, story.tip(1))).toEqual({
    app: { drv: drv('one', 'app'), from: null, path: gone },
  });
});

test('C6 a missing path that is none of ours is an error of the evaluation, and no reason to try again', async () => {
  const { story, head } = await openPull();
  await succeed(story, 'one', 'app');
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const build = await story.build(1);
  const strangers = storePathOf('somebody', 'else');
  story.ci.begin(build);
  story.ci.fail(build, { kind: 'missing-path', message: 'gone', paths: [strangers] });
  await story.settle();
  await story.until(1, 'idle');
  expect(story.ci.calls).toHaveLength(2);
  expect(story.statuses.at(-1)).toEqual(
    saidOf(second, `orthrus error: a cache path is gone: ${strangers}`),
  );
});

test('C10 a rebuild: the same head is built again, once, from the cache that it left', async () => {
  const { story, head, build } = await openPull();
  await succeed(story, 'one', 'app');
  const recorded = story.tip(1);
  await story.record(1, { type: 'rebuild.requested', cold: false, by: 'Ada' }, 'request-1');
  // The same request again, as when its answer was lost on the way.
  await story.record(1, { type: 'rebuild.requested', cold: false, by: 'Ada' }, 'request-1');
  await story.until(1, 'building');
  const again = await story.build(1);
  expect(story.repository.parents(again.commit)).toEqual([recorded, head]);
  expect(story.repository.changed(head, again.commit)).toEqual(['cache.nix', 'commit.txt']);
  expect(cacheOf(story, again.commit)).toEqual(cacheOf(story, recorded));
  story.ci.begin(again);
  story.ci.finish(again, built('app', 'one', { built: false }));
  await story.settle();
  await story.until(1, 'idle');
  await story.record(1, { type: 'rebuild.requested', cold: false, by: 'Ada' }, 'request-1');
  await story.settle();
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, recorded, again.commit],
    ci: [`start ${short(build.commit)}.1`, `start ${short(again.commit)}.2`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …nothing to build (1 already built)'),
    ],
  });
});

test('C10 a cold rebuild starts from nothing, also not from main, and says so', async () => {
  const { story, head } = await openPull({ repository: { branches: ['main'] } });
  const main = await story.branchBuild('main');
  story.ci.begin(main);
  story.ci.finish(main, built('app', 'main'));
  await succeed(story, 'one', 'app');
  await story.record(1, { type: 'rebuild.requested', cold: true, by: 'Ada' });
  await story.until(1, 'building');
  const again = await story.build(1);
  expect(cacheOf(story, again.commit)).toBeNull();
  await succeed(story, 'cold', 'app');
  expect(await reasonsOf(story, 1, 2)).toEqual({ app: 'cold: asked for' });
  expect(cacheOf(story, story.tip(1))).toEqual({
    app: { drv: drv('cold', 'app'), from: null, path: left('cold', 'app') },
  });
  // Asked for once, it is not cold for ever.
  story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  expect(cacheOf(story, story.tip(1))).toEqual(cacheOf(story, story.pushes(1).at(-2) ?? ''));
});

test('C10 asked for while it builds: that build is ended, and the head built again, once', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  await story.settle();
  await story.record(1, { type: 'rebuild.requested', cold: false, by: 'Ada' });
  await story.until(1, 'building');
  await story.settle();
  const again = await story.build(1);
  story.ci.begin(again);
  story.ci.finish(again, built('app', 'one'));
  await story.settle();
  await story.until(1, 'idle');
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, again.commit, story.tip(1)],
    ci: [
      `start ${short(build.commit)}.1`,
      `cancel ${short(build.commit)}.1`,
      `start ${short(again.commit)}.2`,
    ],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});

test('C10 asked for while merging: the overlay that is being made is the rebuild', async () => {
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const { story, head } = await openPull();
  await succeed(story, 'one', 'app');
  const missing = story.ci.missing.bind(story.ci);
  story.ci.missing = async (paths) => {
    await held;
    return missing(paths);
  };
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  const look = story.look();
  await story.until(1, 'merging.fetching');
  await story.record(1, { type: 'rebuild.requested', cold: false, by: 'Ada' });
  letGo();
  await look;
  await story.until(1, 'building');
  expect((await story.build(1)).attempt).toBe(2);
  expect((await story.told(1)).filter((type) => type.includes('rebuild'))).toEqual([
    '(rebuild.requested)',
  ]);
  expect(story.pushes(1)).toHaveLength(3);
  expect(story.ci.calls).toHaveLength(2);
  expect(story.statuses.at(-1)).toEqual(
    saidOf(second, `orthrus pending: building ${short(second)}`),
  );
});

test('C10 a cold one asked for while merging makes the overlay that is being made a cold one', async () => {
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const { story, head } = await openPull();
  await succeed(story, 'one', 'app');
  const missing = story.ci.missing.bind(story.ci);
  story.ci.missing = async (paths) => {
    await held;
    return missing(paths);
  };
  story.pushPull(1, head, { 'a.c': 'second' });
  const look = story.look();
  await story.until(1, 'merging.fetching');
  await story.record(1, { type: 'rebuild.requested', cold: true, by: 'Ada' });
  await story.record(1, { type: 'rebuild.requested', cold: true, by: 'Grace' });
  letGo();
  await look;
  await story.until(1, 'building');
  expect(cacheOf(story, story.tip(1))).toBeNull();
  expect(story.pushes(1)).toHaveLength(3);
  expect(story.ci.calls).toHaveLength(2);
});

test('C10 a cold rebuild whose push is overtaken by somebody is still cold', async () => {
  const { story, head } = await openPull({ repository: { branches: ['main'] } });
  const main = await story.branchBuild('main');
  story.ci.begin(main);
  story.ci.finish(main, built('app', 'main'));
  await succeed(story, 'one', 'app');
  // Somebody pushes onto the cache branch after we looked and before we push.
  const missing = story.ci.missing.bind(story.ci);
  let isFirst = true;
  story.ci.missing = async (paths) => {
    if (isFirst) {
      isFirst = false;
      const tip = story.tip(1);
      const theirs = story.repository.git(
        '-c',
        'user.name=Eve',
        '-c',
        'user.email=eve@example.org',
        'commit-tree',
        `${tip}^{tree}`,
        '-p',
        tip,
        '-m',
        'a stranger’s',
      );
      story.repository.git('update-ref', story.branch(1), theirs);
    }
    return missing(paths);
  };
  await story.record(1, { type: 'rebuild.requested', cold: true, by: 'Ada' });
  await story.until(1, 'building');
  await story.settle();
  expect((await story.told(1)).filter((type) => type === 'overlay.rejected')).toHaveLength(1);
  expect(cacheOf(story, story.tip(1))).toBeNull();
  await succeed(story, 'cold', 'app');
  expect(await reasonsOf(story, 1, 3)).toEqual({ app: 'cold: asked for' });
  expect(story.repository.changed(head, story.tip(1))).toEqual(['cache.nix', 'commit.txt']);
});

test('C10 a rebuild of a closed pull request does nothing', async () => {
  const { story } = await openPull();
  await succeed(story, 'one', 'app');
  story.closePull(1);
  await story.look();
  await story.until(1, 'closed');
  const before = story.transcript(1);
  await story.record(1, { type: 'rebuild.requested', cold: true, by: 'Ada' });
  await story.record(1, { type: 'rebuild.requested', cold: false, by: 'Ada' });
  await story.settle();
  expect(await story.state(1)).toBe('closed');
  expect(story.transcript(1)).toEqual(before);
  expect((await story.told(1)).slice(-2)).toEqual(['(rebuild.requested)', '(rebuild.requested)']);
});

test('C10 a branch is rebuilt on request too, once', async () => {
  const { story } = await openPull({ repository: { branches: ['main'] } });
  const build = await story.branchBuild('main');
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'main'));
  await story.settle();
  await story.until('main', 'idle');
  await story.record('main', { type: 'rebuild.requested', cold: false, by: 'Ada' }, 'request-1');
  await story.record('main', { type: 'rebuild.requested', cold: false, by: 'Ada' }, 'request-1');
  await story.settle();
  expect(await story.branchBuild('main')).toEqual({ commit: build.commit, attempt: 2 });
  expect(story.ci.calls.filter((call) => call.includes(short(build.commit)))).toEqual([
    `start ${short(build.commit)}.1`,
    `start ${short(build.commit)}.2`,
  ]);
});

test('C18 every reason for warm or cold is kept with the build', async () => {
  const { story, base, head } = await openPull({
    repository: { branches: ['main'], onForcePush: 'cold' },
  });
  const main = await story.branchBuild('main');
  story.ci.begin(main);
  story.ci.finish(main, built('app', 'main'), built('lib', 'main'));
  await succeed(story, 'one', 'app', 'lib');
  expect(await reasonsOf(story, 1, 1)).toEqual({
    app: 'cold: nothing built before',
    lib: 'cold: nothing built before',
  });
  expect(await reasonsOf(story, 'main', 1)).toEqual({
    app: 'cold: nothing built before',
    lib: 'cold: nothing built before',
  });

  // Another pull request is seeded; one of its jobs is untouched, one it adds.
  story.pushPull(2, base, { 'b.c': 'two' });
  await story.look();
  const seeded = await story.build(2);
  story.ci.begin(seeded);
  story.ci.finish(
    seeded,
    built('app', 'main', { built: false }),
    built('lib', 'two'),
    built('new', 'two'),
  );
  await story.settle();
  await story.until(2, 'idle');
  expect(await reasonsOf(story, 2, 1)).toEqual({
    app: `unchanged; from main at ${short(base)}`,
    lib: `from main at ${short(base)}`,
    new: 'cold: nothing built before',
  });

  // A push: from its own build, and unchanged from its own build.
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const warm = await story.build(1);
  story.ci.begin(warm);
  story.ci.progress(warm, { ...built('app', 'two'), state: 'pending', outputs: {} });
  await story.settle();
  expect(await reasonsOf(story, 1, 2)).toEqual({ app: `from #1's build of ${short(head)}` });
  story.ci.finish(warm, built('app', 'two'), built('lib', 'one', { built: false }));
  await story.settle();
  await story.until(1, 'idle');
  expect(await reasonsOf(story, 1, 2)).toEqual({
    app: `from #1's build of ${short(head)}`,
    lib: `unchanged; from #1's build of ${short(head)}`,
  });

  // Collected.
  story.ci.gone.add(left('two', 'app'));
  const third = story.pushPull(1, second, { 'a.c': 'third' });
  await story.look();
  await succeed(story, 'three', 'app', 'lib');
  expect(await reasonsOf(story, 1, 3)).toEqual({
    app: 'cold: path collected',
    lib: `from #1's build of ${short(head)}`,
  });

  // Asked for.
  await story.record(1, { type: 'rebuild.requested', cold: true, by: 'Ada' });
  await story.until(1, 'building');
  await succeed(story, 'four', 'app', 'lib');
  expect(await reasonsOf(story, 1, 4)).toEqual({ app: 'cold: asked for', lib: 'cold: asked for' });

  // A force-push onto a history without a seed, where force-pushes are cold.
  story.pushPull(1, null, { 'a.c': 'anew' });
  await story.look();
  await succeed(story, 'five', 'app');
  expect(await reasonsOf(story, 1, 5)).toEqual({ app: 'cold: force-push' });
  expect(third).not.toBe(second);
  expect(failed('app').state).toBe('failure');
});
