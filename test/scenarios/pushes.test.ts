import { expect, test } from 'vitest';
import { PortError } from '../../src/ports/port-error.ts';
import { built, failed, storePathOf } from '../doubles/scripted-ci.ts';
import { Gates } from '../doubles/gates.ts';
import { cacheOf, openPull, saidOf } from './opening.ts';
import { forges, short } from './story.ts';

const entryOf = (as: string): object => ({
  hello: {
    drv: `${storePathOf(as, 'hello')}.drv`,
    from: null,
    path: storePathOf(as, 'hello', 'cache'),
  },
});

test.each(forges)('A4 a build that starts from a cache is cancelled by a push (%s)', async (at) => {
  const { story, head, build } = await openPull({ at });
  const { ci } = story;
  ci.begin(build);
  ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  const recorded = story.tip(1);
  const second = await story.newHead(1, head, { 'a.c': 'second' });
  await story.look();
  const warm = await story.build(1);
  ci.begin(warm);
  await story.settle();

  const third = await story.newHead(1, second, { 'a.c': 'third' });
  await story.look();

  const last = await story.build(1);
  ci.fail(warm, { kind: 'cancelled', message: '', paths: [] });
  await story.settle();
  expect(await story.state(1)).toBe('building');
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, recorded, warm.commit, last.commit],
    ci: [
      `start ${short(build.commit)}.1`,
      `start ${short(warm.commit)}.2`,
      `cancel ${short(warm.commit)}.2`,
      `start ${short(last.commit)}.3`,
    ],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
      saidOf(second, `orthrus pending: building ${short(second)}`),
      saidOf(second, `orthrus error: superseded by ${short(third)}`),
      saidOf(third, `orthrus pending: building ${short(third)}`),
    ],
  });
});

test.each(forges)(
  'A4 a cold build is left to finish; its late success is carried by the next overlay (%s)',
  async (at) => {
    const { story, head, build } = await openPull({ at });
    const { ci } = story;
    ci.begin(build);
    await story.settle();
    const second = await story.newHead(1, head, { 'a.c': 'second' });
    await story.look();
    const next = await story.build(1);
    ci.begin(next);
    ci.finish(build, built('hello', 'late'));
    await story.settle();
    expect(await story.state(1)).toBe('building');
    expect(story.pushes(1)).toEqual([build.commit, next.commit]);

    const third = await story.newHead(1, second, { 'a.c': 'third' });
    await story.look();

    const last = await story.build(1);
    expect(cacheOf(story, next.commit)).toBeNull();
    expect(cacheOf(story, last.commit)).toEqual(entryOf('late'));
    expect(story.repository.parents(last.commit)).toEqual([next.commit, third]);
    expect(story.transcript(1)).toEqual({
      pushes: [build.commit, next.commit, last.commit],
      // The second is cold too, and the oldest by now.
      ci: [
        `start ${short(build.commit)}.1`,
        `start ${short(next.commit)}.2`,
        `start ${short(last.commit)}.3`,
      ],
      statuses: [
        saidOf(head, `orthrus pending: building ${short(head)}`),
        saidOf(head, `orthrus error: superseded by ${short(second)}`),
        saidOf(second, `orthrus pending: building ${short(second)}`),
        saidOf(second, `orthrus error: superseded by ${short(third)}`),
        saidOf(third, `orthrus pending: building ${short(third)}`),
      ],
    });
  },
);

test('A4 a late success is recorded with what the build of the tip comes to', async () => {
  const { story, head, build } = await openPull();
  const { ci } = story;
  ci.begin(build);
  await story.settle();
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const next = await story.build(1);
  ci.begin(next);
  ci.finish(build, built('hello', 'late'));
  ci.finish(next, failed('hello'));
  await story.until(1, 'idle');

  expect(cacheOf(story, story.tip(1))).toEqual(entryOf('late'));
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, next.commit, story.tip(1)],
    ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.2`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, `orthrus error: superseded by ${short(second)}`),
      saidOf(second, `orthrus pending: building ${short(second)}`),
      saidOf(second, 'orthrus/hello failure: it broke'),
      saidOf(second, 'orthrus failure: hello failed'),
    ],
  });
});

test('A4 a third push while the old cold build still runs: only the oldest is left', async () => {
  const { story, head, build } = await openPull();
  const { ci } = story;
  ci.begin(build);
  await story.settle();
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const middle = await story.build(1);
  ci.begin(middle);
  await story.settle();
  const third = story.pushPull(1, second, { 'a.c': 'third' });
  await story.look();
  const last = await story.build(1);
  ci.begin(last);

  // A CI that was too late to cancel.
  ci.finish(middle, built('hello', 'middle'));
  ci.finish(build, built('hello', 'oldest'));
  await story.settle();
  expect(await story.state(1)).toBe('building');
  ci.finish(last, failed('hello'));
  await story.until(1, 'idle');

  expect(cacheOf(story, story.tip(1))).toEqual(entryOf('middle'));
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, middle.commit, last.commit, story.tip(1)],
    ci: [
      `start ${short(build.commit)}.1`,
      `start ${short(middle.commit)}.2`,
      `cancel ${short(middle.commit)}.2`,
      `start ${short(last.commit)}.3`,
    ],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, `orthrus error: superseded by ${short(second)}`),
      saidOf(second, `orthrus pending: building ${short(second)}`),
      saidOf(second, `orthrus error: superseded by ${short(third)}`),
      saidOf(third, `orthrus pending: building ${short(third)}`),
      saidOf(third, 'orthrus/hello failure: it broke'),
      saidOf(third, 'orthrus failure: hello failed'),
    ],
  });
});

test('A4 with onPush "cancel" a cold build is cancelled as well', async () => {
  const { story, head, build } = await openPull({ repository: { onPush: 'cancel' } });
  story.ci.begin(build);
  await story.settle();
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const next = await story.build(1);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, next.commit],
    ci: [
      `start ${short(build.commit)}.1`,
      `cancel ${short(build.commit)}.1`,
      `start ${short(next.commit)}.2`,
    ],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, `orthrus error: superseded by ${short(second)}`),
      saidOf(second, `orthrus pending: building ${short(second)}`),
    ],
  });
});

test('A4 a cold build that the CI has lost leaves its place to the next one', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  await story.settle();
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const middle = await story.build(1);
  story.ci.forget();
  await story.look();
  story.pushPull(1, second, { 'a.c': 'third' });
  await story.look();
  const last = await story.build(1);
  expect(story.ci.calls).toEqual([
    `start ${short(build.commit)}.1`,
    `start ${short(middle.commit)}.2`,
    // Asked for again; the older one is not.
    `start ${short(middle.commit)}.2`,
    `start ${short(last.commit)}.3`,
  ]);
  expect(await story.told(1)).not.toContain('(build.lost)');
});

test('A4 a cold build that a push overtook before the CI could be asked is asked for all the same', async () => {
  const { story, head, build } = await openPull({ config: { retry: { base: '5m', max: '5m' } } });
  // The CI has lost the build, and is down when it is asked again.
  story.ci.forget();
  story.ci.faults.start.push(new PortError('unavailable', 'the CI is down'));
  await story.record(1, { type: 'build.lost', ...build });
  await story.settle();
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  story.world.advance(5 * 60_000);
  await story.settle();
  const next = await story.build(1);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, next.commit],
    ci: [
      `start ${short(build.commit)}.1`,
      `start ${short(build.commit)}.1`,
      `start ${short(next.commit)}.2`,
    ],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, `orthrus error: superseded by ${short(second)}`),
      saidOf(second, `orthrus pending: building ${short(second)}`),
    ],
  });
});

test.each(forges)(
  'A5 a push while caching: the next overlay carries what was just earned (%s)',
  async (at) => {
    const gates = new Gates();
    const { story, head, build } = await openPull({ at, mirror: gates.mirror });
    const { ci } = story;
    const recording = gates.hold('push', 'after');
    ci.begin(build);
    ci.finish(build, built('hello', 'first'));
    await recording.reached;
    const second = await story.newHead(1, head, { 'a.c': 'second' });
    await story.notice();
    expect(await story.state(1)).toBe('merging.fetching');
    recording.release();
    await story.settle();

    const next = await story.build(1);
    const [, recorded] = story.pushes(1);
    expect(cacheOf(story, next.commit)).toEqual(entryOf('first'));
    expect(story.repository.parents(next.commit)).toEqual([recorded, second]);
    expect(story.transcript(1)).toEqual({
      pushes: [build.commit, recorded, next.commit],
      ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.2`],
      statuses: [
        saidOf(head, `orthrus pending: building ${short(head)}`),
        saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
        saidOf(second, `orthrus pending: building ${short(second)}`),
      ],
    });
  },
);

test('A5 a build that ends while the next head is being fetched: carried, by no commit of its own', async () => {
  const gates = new Gates();
  const { story, head, build } = await openPull({ mirror: gates.mirror });
  const { ci } = story;
  ci.begin(build);
  await story.settle();
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  const fetching = gates.hold('fetch');
  await story.notice();
  await fetching.reached;
  ci.finish(build, built('hello', 'first'));
  await story.service.reports.settled();
  fetching.release();
  await story.settle();

  const next = await story.build(1);
  expect(cacheOf(story, next.commit)).toEqual(entryOf('first'));
  expect(story.repository.parents(next.commit)).toEqual([build.commit, second]);
  expect(story.pushes(1)).toEqual([build.commit, next.commit]);
});
