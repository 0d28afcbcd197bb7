import { expect, test } from 'vitest';
import { built, failed, storePathOf } from '../doubles/scripted-ci.ts';
import { cacheOf, reasonsOf, saidOf } from './opening.ts';
import { begin, short, type Story } from './story.ts';

const drv = (as: string, job: string): string => `${storePathOf(as, job)}.drv`;
const left = (as: string, job: string): string => storePathOf(as, job, 'cache');
const seeded = (as: string, job: string) => ({
  drv: drv(as, job),
  from: null,
  path: left(as, job),
});

/** A branch's newest commit is built, and every job of it succeeds as named. */
async function buildBranch(story: Story, branch: string, ...jobs: ReturnType<typeof built>[]) {
  await story.look();
  const build = await story.branchBuild(branch);
  story.ci.begin(build);
  story.ci.finish(build, ...jobs);
  await story.settle();
  await story.until(branch, 'idle');
  return build;
}

test('H1 the first build starts from the nearest built ancestor, however far back', async () => {
  const story = await begin();
  story.pushMain({ 'a.c': 'zero' });
  await story.start();
  await buildBranch(story, 'main', built('app', 'zero'));
  const one = story.pushMain({ 'a.c': 'one' });
  await buildBranch(story, 'main', built('app', 'one'), built('lib', 'one'));
  // Forty commits on, and main itself has gone on from somewhere else.
  let head = one;
  for (let at = 0; at < 40; at += 1) head = story.repository.commit(head, { 'b.c': `${at}` });
  story.pushMain({ 'a.c': 'two' });
  const newer = await buildBranch(story, 'main', built('app', 'two'), built('lib', 'two'));
  story.repository.push('refs/pull/1/head', head);
  await story.look();

  const build = await story.build(1);
  expect(cacheOf(story, build.commit)).toEqual({
    app: seeded('one', 'app'),
    lib: seeded('one', 'lib'),
  });
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one', { built: false }), built('lib', 'pull'));
  await story.settle();
  await story.until(1, 'idle');
  expect(await reasonsOf(story, 1, 1)).toEqual({
    app: `unchanged; from main at ${short(one)}`,
    lib: `from main at ${short(one)}`,
  });
  expect(cacheOf(story, story.tip(1))).toEqual({
    app: seeded('one', 'app'),
    lib: { drv: drv('pull', 'lib'), from: left('one', 'lib'), path: left('pull', 'lib') },
  });
  expect(story.ci.calls.at(-2)).toBe(`start ${short(newer.commit)}.3`);
  expect(story.ci.calls.at(-1)).toBe(`start ${short(build.commit)}.1`);
  expect(story.statuses.slice(-2)).toEqual([
    saidOf(head, `orthrus pending: building ${short(head)}`),
    saidOf(head, 'orthrus success: …warm (cold took 1 s); 1 of 2 jobs built'),
  ]);
});

test('H1 of several branches the one whose commit is nearest', async () => {
  const story = await begin({ repository: { branches: ['main', 'release'] } });
  const base = story.pushMain({ 'a.c': 'base' });
  story.repository.push('refs/heads/release', story.repository.commit(base, { 'a.c': 'release' }));
  await story.start();
  await buildBranch(story, 'main', built('app', 'main'));
  const release = await buildBranch(story, 'release', built('app', 'release'));

  const onRelease = story.pushPull(1, release.commit, { 'a.c': 'fix' });
  const onMain = story.pushPull(2, base, { 'a.c': 'feature' });
  await story.look();

  expect(cacheOf(story, story.tip(1))).toEqual({ app: seeded('release', 'app') });
  expect(cacheOf(story, story.tip(2))).toEqual({ app: seeded('main', 'app') });
  for (const number of [1, 2]) {
    const build = await story.build(number);
    story.ci.begin(build);
    story.ci.finish(build, built('app', `pull${number}`));
    await story.settle();
    await story.until(number, 'idle');
  }
  expect(await reasonsOf(story, 1, 1)).toEqual({
    app: `from release at ${short(release.commit)}`,
  });
  expect(await reasonsOf(story, 2, 1)).toEqual({ app: `from main at ${short(base)}` });
  expect(story.repository.parents(story.repository.parents(story.tip(1))[0] ?? '')).toEqual([
    onRelease,
  ]);
  expect(story.repository.parents(story.repository.parents(story.tip(2))[0] ?? '')).toEqual([
    onMain,
  ]);
});

test('H1 a job that fails on main keeps the entry of an older commit', async () => {
  const story = await begin();
  story.pushMain({ 'a.c': 'zero' });
  await story.start();
  await buildBranch(story, 'main', built('app', 'zero'), built('lib', 'zero'));
  const broken = story.pushMain({ 'a.c': 'broken' });
  await buildBranch(story, 'main', failed('app'), built('lib', 'broken'));
  story.pushPull(1, broken, { 'a.c': 'mended' });
  await story.look();
  expect(cacheOf(story, story.tip(1))).toEqual({
    app: seeded('zero', 'app'),
    lib: seeded('broken', 'lib'),
  });
});

test('H1 a commit of main that does not evaluate seeds nothing: the one before it does', async () => {
  const story = await begin();
  const zero = story.pushMain({ 'a.c': 'zero' });
  await story.start();
  await buildBranch(story, 'main', built('app', 'zero'));
  const broken = story.pushMain({ 'a.c': 'broken' });
  await story.look();
  const build = await story.branchBuild('main');
  story.ci.begin(build);
  story.ci.fail(build, { kind: 'evaluation', message: 'no', paths: [] });
  await story.settle();
  story.pushPull(1, broken, { 'a.c': 'mended' });
  await story.look();
  expect(cacheOf(story, story.tip(1))).toEqual({ app: seeded('zero', 'app') });
  const seed = (await story.context(1)).overlays.at(-1)?.carried['app']?.origin;
  expect(seed).toEqual({ kind: 'branch', name: 'main', commit: zero });
});

test('H2 no ancestor was ever built: cold, and the cache file is null', async () => {
  const story = await begin();
  const base = story.pushMain({ 'a.c': 'base' });
  const head = story.pushPull(1, base, { 'a.c': 'pull' });
  await story.start();
  // main is being built, but nothing has come of it yet.
  const build = await story.build(1);
  expect(story.repository.show(build.commit, 'cache.nix')).toBe('null\n');
  expect(cacheOf(story, build.commit)).toBeNull();
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.settle();
  await story.until(1, 'idle');
  expect(await reasonsOf(story, 1, 1)).toEqual({ app: 'cold: nothing built before' });
  const main = await story.branchBuild('main');
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, story.tip(1)],
    ci: expect.arrayContaining([`start ${short(main.commit)}.1`, `start ${short(build.commit)}.1`]),
    statuses: [
      expect.anything(),
      expect.anything(),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});

test('H2 a commit that was built on a branch which is no ancestor seeds nothing', async () => {
  const story = await begin();
  story.pushMain({ 'a.c': 'base' });
  await story.start();
  await buildBranch(story, 'main', built('app', 'zero'));
  story.pushPull(1, null, { 'b.c': 'a history of its own' });
  await story.look();
  expect(cacheOf(story, story.tip(1))).toBeNull();
});
