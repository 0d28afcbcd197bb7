import { expect, test } from 'vitest';
import { built, storePathOf } from '../doubles/scripted-ci.ts';
import { beginAtGitHub, openAtGitHub, short } from './github-story.ts';

const pushesOnly = ({ kind }: { kind: string }): boolean => kind === 'push';

test('E5 what somebody else pushed onto the cache branch is seen, and the overlay made again from the head', async () => {
  const { story, head, build } = await openAtGitHub();
  const { github, ci } = story;
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const ours = story.tip(1) ?? '';
  const foreign = story.repository.git.commit(ours, { 'a.c': 'by hand' });
  await github.people.push(story.repository, 'orthrus/pr-1', foreign, 'ada');
  await story.settle();
  await story.until(1, 'building');
  const again = story.tip(1) ?? '';
  expect(again).not.toBe(foreign);
  expect(story.repository.git.parents(again)).toEqual([head]);
  expect(story.repository.git.changed(head, again)).toEqual(['cache.nix', 'commit.txt']);
  expect(story.repository.git.show(again, 'cache.nix')).toContain(
    storePathOf('one', 'app', 'cache'),
  );
  expect((await story.events(1)).map(({ data }) => data)).toContainEqual({
    type: 'tip.observed',
    tip: foreign,
  });
  expect(github.ledger.transcript(pushesOnly)).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `push orthrus/pr-1 ${short(ours)}`,
    `push orthrus/pr-1 ${short(again)}`,
  ]);
  github.ledger.transcript();
});

test('E6 a cache branch that somebody deleted is made again, with its cache', async () => {
  const { story, build } = await openAtGitHub();
  const { github, ci } = story;
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const ours = story.tip(1) ?? '';
  await github.people.push(story.repository, 'orthrus/pr-1', null, 'ada');
  await story.settle();
  await story.until(1, 'building');
  const again = story.tip(1) ?? '';
  expect(story.repository.git.show(again, 'cache.nix')).toContain(
    storePathOf('one', 'app', 'cache'),
  );
  expect(github.ledger.transcript(pushesOnly)).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `push orthrus/pr-1 ${short(ours)}`,
    `push orthrus/pr-1 ${short(again)}`,
  ]);
  github.ledger.transcript();
});

test.each([
  ['orthrus/pr-1', /orthrus\/pr-1 .*is not ours/],
  ['orthrus', /orthrus is in the way of orthrus\/pr-1/],
])('E7 a branch %s that is not ours is left as it is', async (name, said) => {
  const story = await beginAtGitHub();
  const { github } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  const theirs = story.repository.git.commit(base, { 'their.c': 'their work' });
  await github.people.push(story.repository, name, theirs, 'ada');
  await story.start();
  const { pull, head } = await story.open('feature', base, { 'a.c': 'first' });
  await story.until(1, 'blocked');
  await story.settle();
  await story.untilSo('its status says so', () => said.test(story.statuses(head)['orthrus'] ?? ''));
  await story.settle();
  await github.people.close(pull);
  await story.until(1, 'closed');
  await story.settle();
  expect(story.repository.git.at(`refs/heads/${name}`)).toBe(theirs);
  expect(github.ledger.transcript(pushesOnly)).toEqual([]);
  for (const line of github.ledger.transcript())
    expect(line).toMatch(/^status [0-9a-f]{7} orthrus /);
});

test('E9 a protected cache branch blocks it with the reason, until it is free', async () => {
  const story = await beginAtGitHub();
  const { github } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  github.protect(story.repository, 'orthrus/*', 'Changes must be made through a pull request');
  await story.start();
  const { head } = await story.open('feature', base, { 'a.c': 'first' });
  await story.until(1, 'blocked');
  await story.untilSo('its status says so', () => story.statuses(head)['orthrus'] !== undefined);
  await story.settle();
  expect((await story.context(1)).blocked).toMatchObject({
    code: 'push-refused',
    message: expect.stringContaining('Changes must be made through a pull request'),
  });
  story.repository.protections.delete('orthrus/*');
  story.world.advance(3_600_000);
  await story.until(1, 'building');
  await story.settle();
  expect(github.ledger.transcript()).toEqual([
    expect.stringMatching(
      `^status ${short(head)} orthrus error: blocked: the push of orthrus/pr-1`,
    ),
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('E9 where only the cache cannot be recorded, the verdict is reported and says so', async () => {
  const { story, head, build } = await openAtGitHub();
  const { github, ci } = story;
  github.protect(story.repository, 'orthrus/*');
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  expect(story.tip(1)).toBe(build.commit);
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    expect.stringMatching(`^status ${short(head)} orthrus success: .*cache (was )?not kept`),
  ]);
});
