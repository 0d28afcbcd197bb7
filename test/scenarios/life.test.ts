import { expect, test } from 'vitest';
import { observePull } from '../../src/engine/observe.ts';
import type { Place } from '../../src/engine/place.ts';
import { built, storePathOf } from '../doubles/scripted-ci.ts';
import { cacheOf, openPull, saidOf } from './opening.ts';
import { begin, forges, short, type Story } from './story.ts';

test.each(forges)(
  'B1 closed without merging: build cancelled, branch deleted, nothing kept, statuses settled (%s)',
  async (at) => {
    const { story, head, build } = await openPull({ at });
    story.ci.begin(build);
    await story.settle();
    await story.people.close(1);
    await story.look();
    expect(await story.state(1)).toBe('closed');
    expect(story.repository.at(story.branch(1))).toBeNull();
    expect(story.moves).toEqual([`orthrus/pr-1 ${short(build.commit)}`, 'orthrus/pr-1 gone']);
    expect(story.transcript(1)).toEqual({
      pushes: [],
      ci: [`start ${short(build.commit)}.1`, `cancel ${short(build.commit)}.1`],
      statuses: [
        saidOf(head, `orthrus pending: building ${short(head)}`),
        saidOf(head, 'orthrus error: closed before the build was finished'),
      ],
    });
  },
);

test('B2 merged: branch deleted, nothing kept, the verdict stands', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  const recorded = story.tip(1);
  expect(story.ci.kept.size).toBe(1);
  story.repository.push('refs/heads/main', head);
  story.closePull(1);
  await story.look();
  expect(await story.state(1)).toBe('closed');
  expect((await story.context(1)).pull?.state).toBe('merged');
  expect(story.repository.at(story.branch(1))).toBeNull();
  expect(story.ci.kept.size).toBe(0);
  expect(story.moves).toEqual([
    `orthrus/pr-1 ${short(build.commit)}`,
    `orthrus/pr-1 ${short(recorded)}`,
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

test('B2 merged while building: the build is cancelled, and the status says so', async () => {
  const { story, head, build } = await openPull();
  story.repository.push('refs/heads/main', head);
  story.closePull(1);
  await story.look();
  expect(story.moves).toEqual([`orthrus/pr-1 ${short(build.commit)}`, 'orthrus/pr-1 gone']);
  expect(story.transcript(1)).toEqual({
    pushes: [],
    ci: [`start ${short(build.commit)}.1`, `cancel ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus error: merged before the build was finished'),
    ],
  });
});

test.each([
  ['is still there', 'git'],
  ['was collected', 'git'],
  ['is still there', 'github'],
] as const)('B3 reopened: a new branch; the last cache %s (%s)', async (fate, at) => {
  const { story, head, build } = await openPull({ at });
  const { ci } = story;
  ci.begin(build);
  ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  const recorded = story.tip(1);
  await story.people.close(1);
  await story.look();
  if (fate === 'was collected') ci.gone.add(storePathOf('first', 'hello', 'cache'));

  await story.people.update(1, head);
  await story.look();

  const next = await story.build(1);
  expect(story.repository.parents(next.commit)).toEqual([head]);
  const kept = cacheOf(story, recorded);
  expect(cacheOf(story, next.commit)).toEqual(fate === 'was collected' ? null : kept);
  expect(story.moves).toEqual([
    `orthrus/pr-1 ${short(build.commit)}`,
    `orthrus/pr-1 ${short(recorded)}`,
    'orthrus/pr-1 gone',
    `orthrus/pr-1 ${short(next.commit)}`,
  ]);
  expect(story.transcript(1)).toEqual({
    pushes: [next.commit],
    ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.2`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
      saidOf(head, `orthrus pending: building ${short(head)}`),
    ],
  });
});

test('B3 reopened at a head that was built before the last one: its own cache is offered', async () => {
  const { story, base, head, build } = await openPull();
  const { ci } = story;
  ci.begin(build);
  ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  const kept = cacheOf(story, story.tip(1));
  story.pushPull(1, base, { 'b.c': 'another way' });
  await story.look();
  const second = await story.build(1);
  ci.begin(second);
  ci.finish(second, built('hello', 'second'));
  await story.until(1, 'idle');
  story.closePull(1);
  await story.look();

  story.repository.push('refs/pull/1/head', head);
  await story.look();
  expect(cacheOf(story, story.tip(1))).toEqual(kept);
});

test.each(forges)('B5 retargeted to another base: recorded, and nothing else (%s)', async (at) => {
  const { story, base, head, build } = await openPull({ at });
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  const before = await story.told(1);
  await story.people.push('next', base);
  await story.people.retarget(1, 'next');
  await story.look();
  expect((await story.context(1)).pull?.base).toBe('next');
  expect(await story.told(1)).toEqual([...before, 'pull.observed']);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, story.tip(1)],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});

test('B9 pushed to, opened and closed while the service was down: found at start and caught up', async () => {
  const { story, base, head, build } = await openPull();
  await story.newHead(2, base, { 'b.c': 'to be closed' });
  await story.look();
  await story.stop();
  const second = await story.newHead(1, head, { 'a.c': 'second' });
  await story.people.close(2);
  const third = await story.newHead(3, base, { 'c.c': 'opened' });
  await story.start();
  expect(story.repository.parents(story.tip(1))).toEqual([build.commit, second]);
  expect(await story.state(2)).toBe('closed');
  expect(story.repository.at(story.branch(2))).toBeNull();
  expect(story.repository.parents(story.tip(3))).toEqual([third]);
  expect(story.statuses.slice(-2).toSorted()).toEqual(
    [
      `${short(second)} orthrus pending: building ${short(second)}`,
      `${short(third)} orthrus pending: building ${short(third)}`,
    ].toSorted(),
  );
});

function placeOf(story: Story): Place {
  const place = story.service.engine.options.places.byName('here', 'o/r');
  if (place === null) throw new Error('o/r is not open');
  return place;
}

test('D1 the same delivery three times: one event, one overlay, one status', async () => {
  const story = await begin({ repository: { branches: [] } });
  const base = story.pushMain({ 'a.c': 'base' });
  await story.start();
  const head = story.pushPull(1, base, { 'a.c': 'first' });
  const look = { source: 'webhook', key: 'delivery-1' } as const;
  const answers = await Promise.all(
    [1, 2, 3].map(() => observePull(story.service.engine, placeOf(story), 1, look)),
  );
  await story.settle();
  const later = await observePull(story.service.engine, placeOf(story), 1, look);
  for (const answer of [...answers, later])
    expect(answer).toMatchObject({ outcome: 'recorded', recorded: { version: 1 } });
  const told = await story.told(1);
  expect(told.filter((type) => type === 'pull.observed')).toHaveLength(1);
  const build = await story.build(1);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [saidOf(head, `orthrus pending: building ${short(head)}`)],
  });
});
