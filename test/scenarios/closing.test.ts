import { expect, test } from 'vitest';
import type { BuildKey } from '../../machines/build.ts';
import { Gates } from '../doubles/gates.ts';
import { built } from '../doubles/scripted-ci.ts';
import { openPull, saidOf } from './opening.ts';
import { begin, forges, short, type Story } from './story.ts';

const moments = [
  ['before', 'git'],
  ['after', 'git'],
  ['after', 'github'],
] as const;

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

test.each(forges)('B4 closed while its head is being fetched (%s)', async (at) => {
  const gates = new Gates();
  const story = await begin({ at, repository: { branches: [] }, mirror: gates.mirror });
  const fetching = gates.hold('fetch');
  await story.newHead(1, await story.newMain({ 'a.c': 'base' }), { 'a.c': 'first' });
  await story.open();
  await fetching.reached;
  await story.people.close(1);
  await story.notice();
  expect(await story.state(1)).toBe('closing');
  fetching.release();
  await expectGone(story);
  expect(story.moves).toEqual([]);
  expect(story.transcript(1)).toEqual({ pushes: [], ci: [], statuses: [] });
});

test.each(moments)(
  'B4 closed while its first overlay is being pushed (noticed just %s it is there; %s)',
  async (moment, at) => {
    const gates = new Gates();
    const story = await begin({ at, repository: { branches: [] }, mirror: gates.mirror });
    const pushing = gates.hold('push', moment);
    await story.newHead(1, await story.newMain({ 'a.c': 'base' }), { 'a.c': 'first' });
    await story.open();
    await pushing.reached;
    await story.people.close(1);
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

test.each(forges)(
  'B4 closed while building, with a build of an earlier head still under way (%s)',
  async (at) => {
    const { story, head, build } = await openPull({ at });
    story.ci.begin(build);
    await story.settle();
    const second = await story.newHead(1, head, { 'a.c': 'second' });
    await story.look();
    const next = await story.build(1);
    story.ci.begin(next);
    await story.settle();
    await story.people.close(1);
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
  },
);

test.each(moments)(
  'B4 closed while its cache is being recorded (noticed just %s it is; %s): the verdict stands',
  async (moment, at) => {
    const gates = new Gates();
    const { story, head, build } = await openPull({ at, mirror: gates.mirror });
    const recording = gates.hold('push', moment);
    story.ci.begin(build);
    story.ci.finish(build, built('hello', 'first'));
    await recording.reached;
    expect(await story.state(1)).toBe('caching');
    await story.people.close(1);
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

test.each(forges)('B4 closed while its verdict is being reported (%s)', async (at) => {
  const gates = new Gates();
  const { story, head, build } = await openPull({ at, forge: gates.forge });
  const publishing = gates.hold('publish');
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await publishing.reached;
  expect(await story.state(1)).toBe('reporting');
  await story.people.close(1);
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
