import { expect, test } from 'vitest';
import { built, failed, storePathOf } from '../doubles/scripted-ci.ts';
import { cacheOf, openPull, saidOf } from './opening.ts';
import { short } from './story.ts';
import { wrapped } from '../doubles/wrapped.ts';

const drv = (as: string, job: string): string => `${storePathOf(as, job)}.drv`;
const left = (as: string, job: string): string => storePathOf(as, job, 'cache');

test('C1 some jobs fail: entries of the others move on, theirs stay, the status names them', async () => {
  const { story, head, build } = await openPull({ repository: { coldRetry: false } });
  const { ci } = story;
  ci.begin(build);
  ci.finish(build, built('app', 'one'), built('lib', 'one'), failed('docs'));
  await story.until(1, 'idle');
  const one = { drv: drv('one', 'app'), from: null, path: left('one', 'app') };
  const lib = { drv: drv('one', 'lib'), from: null, path: left('one', 'lib') };
  expect(cacheOf(story, story.tip(1))).toEqual({ app: one, lib });

  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const next = await story.build(1);
  ci.begin(next);
  ci.finish(next, built('app', 'two'), failed('lib', { error: 'lib.c:1: no' }), failed('docs'));
  await story.until(1, 'idle');

  expect(cacheOf(story, story.tip(1))).toEqual({
    app: { drv: drv('two', 'app'), from: one.path, path: left('two', 'app') },
    lib,
  });
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, expect.anything(), next.commit, story.tip(1)],
    ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.2`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus/docs failure: it broke'),
      saidOf(head, 'orthrus failure: docs failed'),
      saidOf(second, `orthrus pending: building ${short(second)}`),
      saidOf(second, 'orthrus/lib failure: lib.c:1: no'),
      saidOf(second, 'orthrus/docs failure: it broke'),
      saidOf(second, 'orthrus failure: lib and docs failed; the cache of lib is kept'),
    ],
  });
});

test('C2 the evaluation fails: one error status with the first lines, and the cache stays', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  const recorded = story.tip(1);

  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const next = await story.build(1);
  story.ci.begin(next);
  const message = "undefined variable 'stdenvv'\n  at flake.nix:7:12";
  story.ci.fail(next, { kind: 'evaluation', message, paths: [] });
  await story.until(1, 'idle');

  expect(cacheOf(story, story.tip(1))).toEqual(cacheOf(story, recorded));
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, recorded, next.commit],
    ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.2`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
      saidOf(second, `orthrus pending: building ${short(second)}`),
      saidOf(
        second,
        "orthrus error: evaluation failed: undefined variable 'stdenvv' at flake.nix:7:12",
      ),
    ],
  });

  // The cache that stayed is the one that the mended head starts from.
  story.pushPull(1, second, { 'a.c': 'third' });
  await story.look();
  expect(cacheOf(story, story.tip(1))).toEqual(cacheOf(story, recorded));
});

test('C5 jobs come and go: new ones start cold, entries of those that are gone are dropped', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'), built('old', 'one'));
  await story.until(1, 'idle');

  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const next = await story.build(1);
  story.ci.begin(next);
  story.ci.finish(next, built('app', 'two'), built('new', 'two'));
  await story.until(1, 'idle');

  expect(cacheOf(story, story.tip(1))).toEqual({
    app: { drv: drv('two', 'app'), from: left('one', 'app'), path: left('two', 'app') },
    new: { drv: drv('two', 'new'), from: null, path: left('two', 'new') },
  });
  expect(story.ci.kept.get(story.stream(1))?.paths).toContain(left('two', 'new'));
  expect(story.statuses).toEqual([
    saidOf(head, `orthrus pending: building ${short(head)}`),
    saidOf(head, 'orthrus success: …cold; 2 of 2 jobs built'),
    saidOf(second, `orthrus pending: building ${short(second)}`),
    saidOf(second, 'orthrus success: …partly warm (cold took 1 s); 2 of 2 jobs built'),
  ]);
});

test('C5 a job called __proto__ or constructor is a job like any other', async () => {
  const { story, head, build } = await openPull({ repository: { coldRetry: false } });
  story.ci.begin(build);
  story.ci.finish(build, built('__proto__', 'one'), built('constructor', 'one'));
  await story.until(1, 'idle');
  expect(story.repository.show(story.tip(1), 'cache.nix')).toContain('"__proto__" = { drv =');
  expect(story.repository.show(story.tip(1), 'cache.nix')).toContain('"constructor" = { drv =');

  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  expect(story.repository.show(story.tip(1), 'cache.nix')).toContain('"__proto__" = { drv =');
  const next = await story.build(1);
  story.ci.begin(next);
  story.ci.finish(next, failed('__proto__'), built('constructor', 'two'));
  await story.until(1, 'idle');
  expect(story.statuses.at(-1)).toEqual(
    saidOf(second, 'orthrus failure: __proto__ failed; its cache is kept'),
  );
});

test('C7 a stale start or progress after the success changes nothing', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  const before = story.transcript(1);
  const jobs = await story.context(1);

  story.ci.tell(build, { phase: 'started', jobs: [], error: null });
  story.ci.progress(build, { ...built('app', 'one'), state: 'pending', outputs: {} });
  await story.settle();
  await story.record(1, { type: 'build.started', ...build });
  await story.record(1, { type: 'build.progressed', ...build, jobs: [] });
  await story.settle();

  expect(await story.state(1)).toBe('idle');
  expect((await story.context(1)).jobs).toEqual(jobs.jobs);
  expect(story.transcript(1)).toEqual(before);
  expect(story.repository.statuses(head)).toEqual({
    orthrus: expect.stringMatching(/^success: .*cold; 1 of 1 jobs built$/),
  });
  expect((await story.told(1)).slice(-2)).toEqual(['(build.started)', '(build.progressed)']);
});

test('C7 a stale start while the verdict is still on its way changes nothing either', async () => {
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const { story, head, build } = await openPull({
    forge: (real) =>
      wrapped(real, {
        publish: async (repository, status) => {
          if (status.state === 'success') await held;
          await real.publish(repository, status);
        },
      }),
  });
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'reporting');
  await story.record(1, { type: 'build.started', ...build });
  await story.record(1, { type: 'build.progressed', ...build, jobs: [] });
  letGo();
  await story.until(1, 'idle');
  expect(story.statuses).toEqual([
    saidOf(head, `orthrus pending: building ${short(head)}`),
    saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
  ]);
});

test('C8 a result for an unknown commit is ignored, and visible in the log', async () => {
  const { story, head, build } = await openPull();
  const stranger = { stream: story.stream(1), commit: 'f'.repeat(40), attempt: 1 };
  story.ci.tellOfStranger({
    ...stranger,
    phase: 'finished',
    jobs: [failed('app')],
    error: null,
  });
  await story.settle();
  // The right commit under another attempt is unknown as well.
  story.ci.tellOfStranger({
    ...stranger,
    commit: build.commit,
    attempt: 7,
    phase: 'finished',
    jobs: [failed('app')],
    error: null,
  });
  await story.settle();

  expect(await story.state(1)).toBe('building');
  expect((await story.told(1)).slice(-2)).toEqual(['(build.finished)', '(build.finished)']);
  expect((await story.events(1)).at(-2)?.data).toMatchObject({ commit: stranger.commit });
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [saidOf(head, `orthrus pending: building ${short(head)}`)],
  });
});

test('C9 a build that the CI cancelled is an error that says so, not a failure of the code', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  story.ci.fail(build, { kind: 'cancelled', message: 'by Grace', paths: [] });
  await story.until(1, 'idle');
  expect(story.statuses).toEqual([
    saidOf(head, `orthrus pending: building ${short(head)}`),
    saidOf(head, 'orthrus error: cancelled by the CI: by Grace'),
  ]);
});

test('C11 of several outputs the configured one is recorded, and never some other', async () => {
  const { story, head, build } = await openPull({ repository: { output: 'objects' } });
  const outputs = {
    out: storePathOf('one', 'app', 'out'),
    dev: storePathOf('one', 'app', 'dev'),
    objects: storePathOf('one', 'app', 'objects'),
  };
  story.ci.begin(build);
  // `lib` has no such output, and of `docs` the CI does not know which outputs there are.
  story.ci.finish(
    build,
    built('app', 'one', { outputs }),
    built('lib', 'one'),
    built('docs', 'one', { outputs: {} }),
  );
  await story.until(1, 'idle');
  expect(cacheOf(story, story.tip(1))).toEqual({
    app: { drv: drv('one', 'app'), from: null, path: outputs.objects },
  });
  expect(story.statuses).toEqual([
    saidOf(head, `orthrus pending: building ${short(head)}`),
    saidOf(head, 'orthrus success: …cold; 3 of 3 jobs built'),
  ]);
});

test('C11 where no job has such an output nothing is recorded, and no commit is made for it', async () => {
  const { story, build } = await openPull();
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one', { outputs: { out: storePathOf('app', 'out') } }));
  await story.until(1, 'idle');
  expect(story.pushes(1)).toEqual([build.commit]);
  expect(cacheOf(story, build.commit)).toBeNull();
});
