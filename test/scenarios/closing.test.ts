import { expect, test } from 'vitest';
import type { BuildKey } from '../../machines/build.ts';
import { Gates } from '../doubles/gates.ts';
import { built } from '../doubles/scripted-ci.ts';
import { openPull, saidOf } from './opening.ts';
import { begin, type Story, short } from './story.ts';

/** B4: the pull request is closed, nothing of it is left, and a late result changes nothing. */
async function expectGone(story: Story, ...late: BuildKey[]): Promise<void> {
  await story.until(1, 'closed');
  await story.settle();
  expect(story.repository.at(story.branch(1))).toBeNull();
  expect(story.ci.kept.size).toBe(0);
  const before = story.transcript(1);
  const moves = [...story.moves];
  for (const build of late) {
    story.ci.finish(build, built('hello', 'late'));
    await story.settle();
    expect((await story.told(1)).at(-1)).toBe('(build.finished)');
  }
  await story.look();
  expect(await story.state(1)).toBe('closed');
  expect(story.transcript(1)).toEqual(before);
  expect(story.moves).toEqual(moves);
}

test('B4 closed while its head is being fetched', async () => {
  const gates = new Gates();
  const story = await begin({ repository: { branches: [] }, mirror: gates.mirror });
  const fetching = gates.hold('fetch');
  story.pushPull(1, story.pushMain({ 'a.c': 'base' }), { 'a.c': 'first' });
  await story.open();
  await fetching.reached;
  story.closePull(1);
  await story.notice();
  expect(await story.state(1)).toBe('closing');
  fetching.release();
  await expectGone(story);
  expect(story.moves).toEqual([]);
  expect(story.transcript(1)).toEqual({ pushes: [], ci: [], statuses: [] });
});

test.each(['before', 'after'] as const)(
  'B4 closed while its first overlay is being pushed (noticed just %s it is there)',
  async (moment) => {
    const gates = new Gates();
    const story = await begin({ repository: { branches: [] }, mirror: gates.mirror });
    const pushing = gates.hold('push', moment);
    story.pushPull(1, story.pushMain({ 'a.c': 'base' }), { 'a.c': 'first' });
    await story.open();
    await pushing.reached;
    story.closePull(1);
    await story.notice();
    pushing.release();
    await expectGone(story);
    expect(story.moves).toEqual([
      expect.stringMatching(/^orthrus\/pr-1 \w{7}$/),
      'orthrus/pr-1 gone',
    ]);
    expect(story.transcript(1)).toEqual({ pushes: [], ci: [], statuses: [] });
  },
);

test('B4 closed while the overlay of a force-push is being pushed, which was never built', async () => {
  const gates = new Gates();
  const { story, base, head, build } = await openPull({ mirror: gates.mirror });
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  const recorded = story.tip(1);
  const pushing = gates.hold('push', 'after');
  story.pushPull(1, base, { 'b.c': 'another way' });
  await story.notice();
  await pushing.reached;
  const overlay = story.tip(1);
  story.closePull(1);
  await story.notice();
  pushing.release();
  await expectGone(story);
  expect(story.moves).toEqual([
    `orthrus/pr-1 ${short(build.commit)}`,
    `orthrus/pr-1 ${short(recorded)}`,
    `orthrus/pr-1 ${short(overlay)}`,
    'orthrus/pr-1 gone',
  ]);
  expect(story.transcript(1)).toEqual({
    pushes: [],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});

test('B4 closed while building, with a build of an earlier head still under way', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  await story.settle();
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const next = await story.build(1);
  story.ci.begin(next);
  await story.settle();
  story.closePull(1);
  await story.look();
  await expectGone(story, next, build);
  expect((await story.context(1)).cache).toEqual({});
  expect(story.moves).toEqual([
    `orthrus/pr-1 ${short(build.commit)}`,
    `orthrus/pr-1 ${short(next.commit)}`,
    'orthrus/pr-1 gone',
  ]);
  expect(story.transcript(1)).toEqual({
    pushes: [],
    ci: [
      `start ${short(build.commit)}.1`,
      `start ${short(next.commit)}.2`,
      `cancel ${short(build.commit)}.1`,
      `cancel ${short(next.commit)}.2`,
    ],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, `orthrus error: superseded by ${short(second)}`),
      saidOf(second, `orthrus pending: building ${short(second)}`),
      saidOf(second, 'orthrus error: closed before the build was finished'),
    ],
  });
});

test.each(['before', 'after'] as const)(
  'B4 closed while its cache is being recorded (noticed just %s it is): the verdict stands',
  async (moment) => {
    const gates = new Gates();
    const { story, head, build } = await openPull({ mirror: gates.mirror });
    const recording = gates.hold('push', moment);
    story.ci.begin(build);
    story.ci.finish(build, built('hello', 'first'));
    await recording.reached;
    expect(await story.state(1)).toBe('caching');
    story.closePull(1);
    await story.notice();
    recording.release();
    await expectGone(story, build);
    expect(story.moves).toEqual([
      `orthrus/pr-1 ${short(build.commit)}`,
      expect.stringMatching(/^orthrus\/pr-1 \w{7}$/),
      'orthrus/pr-1 gone',
    ]);
    expect(story.transcript(1)).toEqual({
      pushes: [],
      ci: [`start ${short(build.commit)}.1`],
      statuses: [
        saidOf(head, `orthrus pending: building ${short(head)}`),
        saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
      ],
    });
  },
);

test('B4 closed while its verdict is being reported', async () => {
  const gates = new Gates();
  const { story, head, build } = await openPull({ forge: gates.forge });
  const publishing = gates.hold('publish');
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await publishing.reached;
  expect(await story.state(1)).toBe('reporting');
  story.closePull(1);
  await story.notice();
  publishing.release();
  await expectGone(story, build);
  expect(story.transcript(1)).toEqual({
    pushes: [],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});
