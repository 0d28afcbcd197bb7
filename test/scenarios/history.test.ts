import { expect, test } from 'vitest';
import { built, storePathOf } from '../doubles/scripted-ci.ts';
import { Gates } from '../doubles/gates.ts';
import { cacheOf, openPull, type Opened, saidOf } from './opening.ts';
import { begin, forges, short } from './story.ts';

const twoFiles = ['cache.nix', 'commit.txt'];

/** #1 with a head that was built well, and its cache recorded. */
async function builtPull(...options: Parameters<typeof openPull>): Promise<Opened> {
  const opened = await openPull(...options);
  opened.story.ci.begin(opened.build);
  opened.story.ci.finish(opened.build, built('hello', 'first'));
  await opened.story.until(1, 'idle');
  return opened;
}

const firstCache = {
  hello: {
    drv: `${storePathOf('first', 'hello')}.drv`,
    from: null,
    path: storePathOf('first', 'hello', 'cache'),
  },
};

test('A1 a fast-forward push: parents [tip, head], the two files, the cache carried over', async () => {
  const { story, head: first, build: firstBuild } = await builtPull();
  const { repository } = story;
  expect(repository.parents(firstBuild.commit)).toEqual([first]);
  const recorded = story.tip(1);
  expect(repository.parents(recorded)).toEqual([firstBuild.commit]);

  const second = story.pushPull(1, first, { 'a.c': 'three' });
  await story.look();

  const overlay = story.tip(1);
  expect(repository.parents(overlay)).toEqual([recorded, second]);
  expect(repository.changed(second, overlay)).toEqual(twoFiles);
  expect(repository.show(overlay, 'commit.txt')).toBe(`${second}\n`);
  expect(repository.show(overlay, 'cache.nix')).toBe(repository.show(recorded, 'cache.nix'));
  expect(story.transcript(1)).toEqual({
    pushes: [firstBuild.commit, recorded, overlay],
    ci: [`start ${short(firstBuild.commit)}.1`, `start ${short(overlay)}.2`],
    statuses: [
      saidOf(first, `orthrus pending: building ${short(first)}`),
      saidOf(first, 'orthrus success: …cold; 1 of 1 jobs built'),
      saidOf(second, `orthrus pending: building ${short(second)}`),
    ],
  });
});

test('A2 a force-push: the branch restarts from the new head alone, and keeps the cache', async () => {
  const { story, base, head, build } = await builtPull();
  const { repository } = story;
  const recorded = story.tip(1);

  const forced = story.pushPull(1, base, { 'b.c': 'another way' });
  await story.look();

  const overlay = story.tip(1);
  expect(repository.parents(overlay)).toEqual([forced]);
  expect(repository.changed(forced, overlay)).toEqual(twoFiles);
  expect(repository.git('rev-list', overlay).split('\n')).not.toContain(head);
  expect(cacheOf(story, overlay)).toEqual(firstCache);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, recorded, overlay],
    ci: [`start ${short(build.commit)}.1`, `start ${short(overlay)}.2`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
      saidOf(forced, `orthrus pending: building ${short(forced)}`),
    ],
  });
});

test('A2 with onForcePush "cold" the cache is dropped, and the status says so', async () => {
  const { story, base, head, build } = await builtPull({ repository: { onForcePush: 'cold' } });
  const forced = story.pushPull(1, base, { 'b.c': 'another way' });
  await story.look();
  const next = await story.build(1);
  expect(cacheOf(story, next.commit)).toBeNull();
  story.ci.begin(next);
  story.ci.finish(next, built('hello', 'second'));
  await story.until(1, 'idle');
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, expect.anything(), next.commit, story.tip(1)],
    ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.2`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
      saidOf(forced, `orthrus pending: building ${short(forced)}`),
      saidOf(forced, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});

test('A2 a force-push while the overlay before it is being pushed: nothing dropped is kept', async () => {
  const gates = new Gates();
  const { story, head, base, build } = await builtPull({ mirror: gates.mirror });
  const { repository } = story;
  const recorded = story.tip(1);
  const pushing = gates.hold('push', 'after');
  const second = story.pushPull(1, head, { secret: 'to be dropped' });
  await story.notice();
  await pushing.reached;
  const dropped = story.tip(1);
  const forced = story.pushPull(1, head, { 'b.c': 'without it' });
  await story.notice();
  pushing.release();
  await story.settle();

  const overlay = story.tip(1);
  expect(repository.parents(overlay)).toEqual([forced]);
  const history = repository.git('rev-list', overlay).split('\n');
  expect(history).not.toContain(second);
  expect(history).toContain(base);
  const { attempt } = await story.build(1);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, recorded, dropped, overlay],
    ci: [`start ${short(build.commit)}.1`, `start ${short(overlay)}.${attempt}`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
      saidOf(forced, `orthrus pending: building ${short(forced)}`),
    ],
  });
});

test.each(forges)(
  'A3 several pushes while merging: one overlay, for the newest head (%s)',
  async (at) => {
    const gates = new Gates();
    const story = await begin({ at, repository: { branches: [] }, mirror: gates.mirror });
    const base = await story.newMain({ 'a.c': 'base' });
    const fetching = gates.hold('fetch');
    const first = await story.newHead(1, base, { 'a.c': '1' });
    await story.open();
    await fetching.reached;
    const second = await story.newHead(1, first, { 'a.c': '2' });
    await story.notice();
    const third = await story.newHead(1, second, { 'a.c': '3' });
    await story.notice();
    fetching.release();
    await story.settle();

    const overlay = story.tip(1);
    expect(story.repository.parents(overlay)).toEqual([third]);
    const { attempt } = await story.build(1);
    expect(story.transcript(1)).toEqual({
      pushes: [overlay],
      ci: [`start ${short(overlay)}.${attempt}`],
      statuses: [saidOf(third, `orthrus pending: building ${short(third)}`)],
    });
  },
);

test.each(forges)(
  'A3 a push while an overlay is being pushed: that one is never built (%s)',
  async (at) => {
    const gates = new Gates();
    const { story, head, build } = await builtPull({ at, mirror: gates.mirror });
    const pushing = gates.hold('push');
    const second = await story.newHead(1, head, { 'a.c': '2' });
    await story.notice();
    await pushing.reached;
    const third = await story.newHead(1, second, { 'a.c': '3' });
    await story.notice();
    pushing.release();
    await story.settle();

    const [first, recorded, between, overlay] = story.pushes(1);
    expect([first, overlay]).toEqual([build.commit, story.tip(1)]);
    // A fast-forward all along: what was pushed is built upon.
    expect(story.repository.parents(overlay ?? '')).toEqual([between, third]);
    expect(story.repository.parents(between ?? '')).toEqual([recorded, second]);
    const { attempt } = await story.build(1);
    expect(story.transcript(1)).toEqual({
      pushes: [first, recorded, between, overlay],
      ci: [`start ${short(build.commit)}.1`, `start ${short(overlay ?? '')}.${attempt}`],
      statuses: [
        saidOf(head, `orthrus pending: building ${short(head)}`),
        saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
        saidOf(third, `orthrus pending: building ${short(third)}`),
      ],
    });
  },
);

test('A6 the same head announced twice: no second overlay, no second build', async () => {
  const { story, head, build } = await builtPull();
  const tip = story.tip(1);
  const before = await story.told(1);
  await story.look();
  await story.look();
  expect(await story.told(1)).toEqual(before);
  // Announced with something else that is new: it is recorded, and that is all.
  const { pull, policy, repository } = await story.context(1);
  if (pull === null || policy === null || repository === null) throw new Error('nothing is known');
  await story.record(1, {
    type: 'pull.observed',
    pull: { ...pull, title: 'a better title' },
    policy,
    repository,
  });
  await story.settle();
  expect(await story.told(1)).toEqual([...before, 'pull.observed']);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, tip],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});

test.each(forges)(
  'A7 a force-push back to a head that was built: its own cache is offered, and the status is right (%s)',
  async (at) => {
    const { story, base, head, build } = await builtPull({ at });
    const { ci, repository } = story;
    const forced = await story.newHead(1, base, { 'b.c': 'another way' });
    await story.look();
    const second = await story.build(1);
    ci.begin(second);
    ci.finish(second, built('hello', 'second'));
    await story.until(1, 'idle');

    await story.people.update(1, head);
    await story.look();

    const third = await story.build(1);
    expect(repository.parents(third.commit)).toEqual([head]);
    // What the head's own build left, so that the CI finds that derivation built.
    expect(cacheOf(story, third.commit)).toEqual(firstCache);
    ci.begin(third);
    ci.finish(third, built('hello', 'first', { built: false }));
    await story.until(1, 'idle');
    expect(story.transcript(1)).toEqual({
      pushes: [build.commit, expect.anything(), second.commit, expect.anything(), third.commit],
      ci: [
        `start ${short(build.commit)}.1`,
        `start ${short(second.commit)}.2`,
        `start ${short(third.commit)}.3`,
      ],
      statuses: [
        saidOf(head, `orthrus pending: building ${short(head)}`),
        saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
        saidOf(forced, `orthrus pending: building ${short(forced)}`),
        saidOf(forced, 'orthrus success: …warm…; 1 of 1 jobs built'),
        saidOf(head, `orthrus pending: building ${short(head)}`),
        saidOf(head, 'orthrus success: …nothing to build (1 already built)'),
      ],
    });
  },
);

// GitHub opens no pull request for a head that is its base.
test.each([
  ['an empty commit', 'git'],
  ['a merge commit', 'git'],
  ['equal to the base', 'git'],
  ['an empty commit', 'github'],
  ['a merge commit', 'github'],
] as const)('A11 the head is %s: built and reported like any other (%s)', async (kind, at) => {
  const story = await begin({ at, repository: { branches: [] } });
  const { repository, ci } = story;
  const base = await story.newMain({ 'a.c': 'base' });
  const side = repository.commit(base, { 'b.c': 'side' });
  const heads: Record<string, () => string> = {
    'an empty commit': () => repository.commit(base, {}),
    'a merge commit': () => repository.merge(repository.commit(base, { 'c.c': 'c' }), side),
    'equal to the base': () => base,
  };
  const head = heads[kind]?.() ?? '';
  await story.people.update(1, head);
  await story.start();
  const build = await story.build(1);
  expect(repository.parents(build.commit)).toEqual([head]);
  expect(repository.changed(head, build.commit)).toEqual(twoFiles);
  ci.begin(build);
  ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, story.tip(1)],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});
