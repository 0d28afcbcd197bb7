import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { Gates } from '../doubles/gates.ts';
import { cacheOf, openPull, type Opened, saidOf } from './opening.ts';
import { begin, forges, short, type Story } from './story.ts';

/** Blocked pull requests are tried again when the test says so. */
const patient = { config: { retry: { base: '10ms', max: '1h' } } };

async function builtPull(...options: Parameters<typeof openPull>): Promise<Opened> {
  const opened = await openPull(...options);
  opened.story.ci.begin(opened.build);
  opened.story.ci.finish(opened.build, built('hello', 'first'));
  await opened.story.until(1, 'idle');
  return opened;
}

const verdict = (head: string): unknown[] => [
  saidOf(head, `orthrus pending: building ${short(head)}`),
  saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
];

test('E5 somebody pushed onto the cache branch: seen, and the overlay is made again from the head', async () => {
  const { story, head, build } = await builtPull();
  const { repository } = story;
  const recorded = story.tip(1);
  const stranger = repository.commit(recorded, { 'evil.c': 'not from the head' });
  repository.push(story.branch(1), stranger);
  await story.look();

  const next = await story.build(1);
  expect(repository.parents(next.commit)).toEqual([head]);
  expect(repository.changed(head, next.commit)).toEqual(['cache.nix', 'commit.txt']);
  expect(cacheOf(story, next.commit)).toEqual(cacheOf(story, recorded));
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, recorded, stranger, next.commit],
    ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.2`],
    statuses: [...verdict(head), saidOf(head, `orthrus pending: building ${short(head)}`)],
  });
});

test.each(forges)(
  'E5 somebody pushed between our look and our push: seen, never overwritten blindly (%s)',
  async (at) => {
    const gates = new Gates();
    const { story, head, build } = await builtPull({ at, mirror: gates.mirror });
    const { repository } = story;
    const recorded = story.tip(1);
    const pushing = gates.hold('push');
    const second = await story.newHead(1, head, { 'a.c': 'second' });
    await story.notice();
    await pushing.reached;
    const stranger = repository.commit(recorded, { 'evil.c': 'not from the head' });
    await story.people.push('orthrus/pr-1', stranger);
    pushing.release();
    await story.settle();

    const next = await story.build(1);
    expect(repository.parents(next.commit)).toEqual([second]);
    expect(await story.told(1)).toContain('overlay.rejected');
    expect(story.moves).toEqual(
      [build.commit, recorded, next.commit].map((commit) => `orthrus/pr-1 ${short(commit)}`),
    );
    expect(story.transcript(1)).toEqual({
      pushes: [build.commit, recorded, stranger, next.commit],
      ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.${next.attempt}`],
      statuses: [...verdict(head), saidOf(second, `orthrus pending: building ${short(second)}`)],
    });
  },
);

test('E6 somebody deleted the cache branch: made again, with its cache', async () => {
  const { story, head, build } = await builtPull();
  const recorded = story.tip(1);
  story.repository.push(story.branch(1), null);
  await story.look();
  const next = await story.build(1);
  expect(story.repository.parents(next.commit)).toEqual([head]);
  expect(cacheOf(story, next.commit)).toEqual(cacheOf(story, recorded));
  expect(story.moves).toEqual(
    [build.commit, recorded, next.commit].map((commit) => `orthrus/pr-1 ${short(commit)}`),
  );
  expect(story.transcript(1)).toEqual({
    pushes: [next.commit],
    ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.2`],
    statuses: [...verdict(head), saidOf(head, `orthrus pending: building ${short(head)}`)],
  });
});

test('E6 deleted while building: made again, and built', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  await story.settle();
  story.repository.push(story.branch(1), null);
  await story.look();
  const next = await story.build(1);
  expect(story.tip(1)).toBe(next.commit);
  expect(story.transcript(1)).toEqual({
    pushes: [next.commit],
    ci: [
      `start ${short(build.commit)}.1`,
      `cancel ${short(build.commit)}.1`,
      `start ${short(next.commit)}.2`,
    ],
    statuses: [saidOf(head, `orthrus pending: building ${short(head)}`)],
  });
});

/** A pull request whose cache branch somebody else's `ref` stands in the way of. */
async function foreign(ref: string): Promise<{ story: Story; head: string; theirs: string }> {
  const story = await begin({ repository: { branches: [] }, ...patient });
  const base = story.pushMain({ 'a.c': 'base' });
  const theirs = story.repository.commit(base, { 'theirs.c': 'work' });
  story.repository.push(ref, theirs);
  const head = story.pushPull(1, base, { 'a.c': 'first' });
  await story.start();
  return { story, head, theirs };
}

test.each([
  [
    'of that name',
    'refs/heads/orthrus/pr-1',
    /^branch orthrus\/pr-1 \(\w{7}\) is not ours; rename or delete it$/,
  ],
  [
    'in its way, above',
    'refs/heads/orthrus',
    /^refs\/heads\/orthrus is in the way of orthrus\/pr-1$/,
  ],
  [
    'in its way, below',
    'refs/heads/orthrus/pr-1/x',
    /^refs\/heads\/orthrus\/pr-1\/x is in the way of orthrus\/pr-1$/,
  ],
])(
  'E7 a branch %s that is not ours: refused and reported, until it is gone',
  async (_, ref, reason) => {
    const { story, head, theirs } = await foreign(ref);
    expect(await story.state(1)).toBe('blocked');
    expect((await story.context(1)).blocked?.message).toMatch(reason);
    const second = story.pushPull(1, head, { 'a.c': 'second' });
    await story.look();
    await story.look();
    expect(story.repository.at(ref)).toBe(theirs);
    expect(story.moves).toEqual([]);

    story.repository.push(ref, null);
    story.world.advance(5 * 3_600_000);
    await story.look();

    const build = await story.build(1);
    expect(story.moves).toEqual([`orthrus/pr-1 ${short(build.commit)}`]);
    expect(story.transcript(1)).toEqual({
      pushes: [build.commit],
      ci: [`start ${short(build.commit)}.${build.attempt}`],
      statuses: [
        saidOf(head, 'orthrus error: blocked: …'),
        saidOf(second, 'orthrus error: blocked: …'),
        saidOf(second, `orthrus pending: building ${short(second)}`),
      ],
    });
  },
);

test.each(['refs/heads/orthrus/pr-1', 'refs/heads/orthrus', 'refs/heads/orthrus/pr-1/x'])(
  'E7 %s is not ours: it is not deleted when the pull request closes',
  async (ref) => {
    const { story, head, theirs } = await foreign(ref);
    story.closePull(1);
    await story.look();
    expect(await story.state(1)).toBe('closed');
    expect(story.repository.at(ref)).toBe(theirs);
    expect(story.moves.filter((move) => !move.endsWith('gone'))).toEqual([]);
    expect(story.transcript(1)).toEqual({
      pushes: story.pushes(1),
      ci: [],
      statuses: [saidOf(head, 'orthrus error: blocked: …')],
    });
  },
);

test.each(forges)(
  "E7 our branch was replaced by somebody else's: left alone, also at the close (%s)",
  async (at) => {
    const { story, base, head, build } = await builtPull({ ...patient, at });
    const { repository } = story;
    const recorded = story.tip(1);
    const theirs = repository.commit(base, { 'theirs.c': 'work' });
    await story.people.push('orthrus/pr-1', theirs);
    await story.look();
    expect(await story.state(1)).toBe('blocked');
    await story.people.close(1);
    await story.look();
    expect(await story.state(1)).toBe('closed');
    expect(story.tip(1)).toBe(theirs);
    expect(story.transcript(1)).toEqual({
      pushes: [build.commit, recorded, theirs],
      ci: [`start ${short(build.commit)}.1`],
      statuses: [
        ...verdict(head),
        saidOf(
          head,
          `orthrus error: blocked: branch orthrus/pr-1 (${short(theirs)}) is not ours; rename or delete it`,
        ),
      ],
    });
  },
);

test('E7 the log says whose a branch is, also of an overlay that was pushed and never built', async () => {
  const gates = new Gates();
  const { story, base, head } = await builtPull({ ...patient, mirror: gates.mirror });
  // Pushed and recorded; yet another force-push comes before its build.
  const pushing = gates.hold('push', 'after');
  story.pushPull(1, base, { 'b.c': 'one' });
  await story.notice();
  await pushing.reached;
  const unbuilt = story.tip(1);
  const last = story.pushPull(1, base, { 'c.c': 'two' });
  await story.notice();
  pushing.release();
  await story.settle();
  // Somebody puts the unbuilt one back: it is ours.
  story.repository.push(story.branch(1), unbuilt);
  await story.look();
  expect(await story.state(1)).toBe('building');
  expect(story.repository.parents(story.tip(1))).toEqual([last]);
  expect(last).not.toBe(head);
});
