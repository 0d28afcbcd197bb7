import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { beginAtGitHub, openAtGitHub, short } from './github-story.ts';

test('A1 and A2: a push carries on, a force-push begins anew, and only what is expected is overwritten', async () => {
  const { story, base, pull, head, build } = await openAtGitHub();
  const { ci, github } = story;
  ci.begin(build);
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const recorded = story.tip(1) ?? '';
  story.world.advance(2000);
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, second);
  await story.untilSo('the second build is asked for', () => ci.builds.size === 2);
  await story.settle();
  const next = await story.build(1);
  const { git } = story.repository;
  expect(git.parents(next.commit)).toEqual([recorded, second]);
  expect(git.changed(second, next.commit)).toEqual(['cache.nix', 'commit.txt']);
  expect(git.show(next.commit, 'cache.nix')).toBe(git.show(recorded, 'cache.nix'));
  expect(git.show(next.commit, 'commit.txt')).toBe(`${second}\n`);

  story.world.advance(2000);
  const forced = git.commit(base, { 'b.c': 'forced' });
  await github.people.update(pull, forced);
  await story.untilSo('the third build is asked for', () => ci.builds.size === 3);
  await story.settle();
  const anew = await story.build(1);
  expect(git.parents(anew.commit)).toEqual([forced]);
  expect(git.changed(forced, anew.commit)).toEqual(['cache.nix', 'commit.txt']);
  expect(git.show(anew.commit, 'cache.nix')).toBe(git.show(recorded, 'cache.nix'));
  expect(github.ledger.transcript().filter((line) => line.startsWith('push'))).toEqual(
    [build.commit, recorded, next.commit, anew.commit].map(
      (commit) => `push orthrus/pr-1 ${short(commit)}`,
    ),
  );
});

test('A9 names that are no text, links, submodules and executable bits come through, also over HTTP', async () => {
  const story = await beginAtGitHub();
  const { git } = story.repository;
  const base = await story.pushMain({ 'a.c': 'base', 'run.sh': '#!/bin/sh\n' });
  await story.start();
  const blob = git.git('rev-parse', `${base}:a.c`);
  const tree = treeOf(git.bare, [
    ['100755', blob, Buffer.from('run.sh')],
    ['120000', blob, Buffer.from('link')],
    ['160000', base, Buffer.from('module')],
    ['100644', blob, Buffer.from([0x62, 0xff, 0xfe, 0x2e, 0x63])],
  ]);
  const head = git.git('commit-tree', tree, '-p', base, '-m', 'odd');
  await story.github.people.push(story.repository, 'odd', head, 'ada');
  await story.github.people.open(story.repository, 'odd', { by: 'ada' });
  await story.settle();
  const build = await story.build(1);
  expect(git.changed(head, build.commit)).toEqual(['cache.nix', 'commit.txt']);
  expect(story.github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('B6 a draft waits where drafts are skipped, and starts when it is ready for review', async () => {
  const story = await beginAtGitHub({ repository: { drafts: 'skip' } });
  const { github, ci } = story;
  const { git } = story.repository;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const head = git.commit(base, { 'a.c': 'draft' });
  await github.people.push(story.repository, 'feature', head, 'ada');
  const pull = await github.people.open(story.repository, 'feature', { by: 'ada', draft: true });
  await story.settle();
  expect(await story.state(1)).toBe('draft');
  story.world.advance(2000);
  const second = git.commit(head, { 'a.c': 'still a draft' });
  await github.people.update(pull, second);
  await story.settle();
  await story.look();
  expect(await story.state(1)).toBe('draft');
  expect(ci.calls).toEqual([]);
  expect(github.ledger.transcript()).toEqual([]);
  story.world.advance(2000);
  await github.people.draft(pull, false);
  await story.untilSo('its build is asked for', () => ci.builds.size === 1);
  await story.settle();
  const build = await story.build(1);
  expect(git.parents(build.commit)).toEqual([second]);
  story.world.advance(2000);
  await github.people.draft(pull, true);
  await story.settle();
  expect(await story.state(1)).toBe('draft');
  expect(ci.calls).toEqual([`start ${short(build.commit)}.1`, `cancel ${short(build.commit)}.1`]);
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(second)} orthrus pending: building ${short(second)}`,
    `status ${short(second)} orthrus error: not built: waiting`,
  ]);
});

test("B7 the head's fork disappears: the last known state stands, and nothing is asked for ever", async () => {
  const story = await beginAtGitHub();
  const { github, ci } = story;
  const { git } = story.repository;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const fork = await github.people.fork(story.repository, 'eve');
  const head = fork.git.commit(base, { 'e.c': 'eve' });
  await github.people.push(fork, 'feature', head, 'eve');
  await github.people.open(story.repository, 'feature', { from: fork, by: 'eve' });
  await story.settle();
  expect(await story.state(1)).toBe('awaitingApproval');
  await story.service.engine.record({
    stream: story.stream(1),
    event: { type: 'pull.approved', head, by: 'ada' },
    source: 'operator',
  });
  await story.untilSo('its build is asked for', () => ci.builds.size === 1);
  await story.settle();
  const build = await story.build(1);
  story.world.advance(2000);
  await github.people.deleteRepository(fork);
  await story.look();
  expect(await story.state(1)).toBe('building');
  ci.begin(build);
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const recorded = story.tip(1) ?? '';
  expect(git.parents(recorded)).toEqual([build.commit]);
  await story.look();
  const from = github.ledger.requests.length;
  const events = (await story.events(1)).length;
  await story.look();
  expect(story.restCalls(from).filter((call) => call.startsWith('POST'))).toEqual([]);
  expect((await story.events(1)).length).toBe(events);
  expect(await story.state(1)).toBe('idle');
  expect((await story.context(1)).head).toBe(head);
  expect(story.statuses(head)['orthrus']).toMatch(/^success: /);
  expect(github.ledger.transcript()).toEqual([
    expect.stringMatching(`^status ${short(head)} orthrus pending: waits for the approval`),
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    `push orthrus/pr-1 ${short(recorded)}`,
    expect.stringMatching(`^status ${short(head)} orthrus success: `),
  ]);
});

test("B7 the head's branch is deleted: GitHub closes it, and so do we", async () => {
  const { story, head, build } = await openAtGitHub();
  const { github } = story;
  story.world.advance(2000);
  await github.people.push(story.repository, 'feature', null, 'ada');
  await story.settle();
  expect(await story.state(1)).toBe('closed');
  expect(story.tip(1)).toBeNull();
  await story.look();
  expect(github.ledger.transcript().toSorted()).toEqual(
    [
      `push orthrus/pr-1 ${short(build.commit)}`,
      `status ${short(head)} orthrus pending: building ${short(head)}`,
      `status ${short(head)} orthrus error: closed before the build was finished`,
      'push orthrus/pr-1 gone',
    ].toSorted(),
  );
});

test('B8 the repository is renamed and then transferred: the same stream goes on', async () => {
  const { story, pull, head, build } = await openAtGitHub();
  const { github, ci } = story;
  story.world.advance(2000);
  await github.people.rename(story.repository, 'renamed');
  await story.settle();
  ci.begin(build);
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const recorded = story.tip(1) ?? '';
  // Nobody tells of the transfer.
  github.deliveries.hold(({ event }) => event === 'repository');
  await github.people.transfer(story.repository, 'org');
  github.deliveries.lose(...github.deliveries.held);
  await github.deliveries.flow();
  story.world.advance(2000);
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, second);
  await story.untilSo('the second build is asked for', () => ci.builds.size === 2);
  await story.settle();
  const next = await story.build(1);
  expect(story.repository.git.parents(next.commit)).toEqual([recorded, second]);
  await story.look();
  const streams = await story.service.log.db.selectFrom('pulls').select('stream').execute();
  expect(streams).toEqual([{ stream: story.stream(1) }]);
  // Also after a restart, under the name that the configuration still has.
  await story.stop();
  await story.start();
  ci.begin(next);
  ci.finish(next, built('app', 'two'));
  await story.until(1, 'idle');
  await story.settle();
  expect((await story.context(1)).repository?.name).toBe('org/renamed');
  await github.people.close(pull);
  await story.settle();
  expect(await story.state(1)).toBe('closed');
  const final = github.ledger.transcript();
  expect(final.filter((line) => line.startsWith('push'))).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `push orthrus/pr-1 ${short(recorded)}`,
    `push orthrus/pr-1 ${short(next.commit)}`,
    expect.stringMatching(/^push orthrus\/pr-1 [0-9a-f]{7}$/),
    'push orthrus/pr-1 gone',
  ]);
});

test('B9 opened, pushed to and closed while the service was down: found at start and caught up', async () => {
  const { story, base, pull, head, build } = await openAtGitHub();
  const { github, ci } = story;
  const other = await story.open('other', base, { 'b.c': 'other' });
  await story.settle();
  const otherBuild = await story.build(2);
  await story.stop();
  github.deliveries.hold();
  story.world.advance(2000);
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, second);
  await github.people.close(other.pull);
  const third = await story.open('third', base, { 'c.c': 'third' });
  const brief = await story.open('brief', base, { 'd.c': 'brief' });
  await github.people.close(brief.pull);
  github.deliveries.lose(...github.deliveries.held);
  await github.deliveries.flow();
  await story.start();
  await story.untilSo('what was missed is built', () => ci.builds.size === 4);
  await story.settle();
  expect(await story.state(2)).toBe('closed');
  expect(story.tip(2)).toBeNull();
  const next = await story.build(1);
  expect(story.repository.git.parents(next.commit)).toEqual([build.commit, second]);
  const newest = await story.build(3);
  expect(story.repository.git.parents(newest.commit)).toEqual([third.head]);
  const streams = await story.service.log.db
    .selectFrom('pulls')
    .select('number')
    .orderBy('number')
    .execute();
  expect(streams.map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(
    github.ledger
      .transcript()
      .filter((line) => line.startsWith('push'))
      .toSorted(),
  ).toEqual(
    [
      `push orthrus/pr-1 ${short(build.commit)}`,
      `push orthrus/pr-2 ${short(otherBuild.commit)}`,
      `push orthrus/pr-1 ${short(next.commit)}`,
      'push orthrus/pr-2 gone',
      `push orthrus/pr-3 ${short(newest.commit)}`,
    ].toSorted(),
  );
});

/** Writes a tree whose names are any bytes. @returns its sha */
function treeOf(bare: string, entries: readonly (readonly [string, string, Buffer])[]): string {
  const input = Buffer.concat(
    entries.flatMap(([mode, sha, name]) => {
      const kind = mode === '160000' ? 'commit' : 'blob';
      return [Buffer.from(`${mode} ${kind} ${sha}\t`), name, Buffer.from([0])];
    }),
  );
  const args = ['-C', bare, '-c', 'safe.directory=*', 'mktree', '-z'];
  return execFileSync('git', args, { input, encoding: 'utf8' }).trim();
}
