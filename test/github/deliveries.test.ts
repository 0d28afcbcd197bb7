import { expect, test } from 'vitest';
import { beginAtGitHub, type GitHubStory, openAtGitHub, short } from './github-story.ts';

test('D1 the same delivery three times: one event, one overlay, one status', async () => {
  const { story, head, build } = await openAtGitHub();
  const { github } = story;
  const opened = github.deliveries.all.find(({ action }) => action === 'opened');
  if (opened === undefined) throw new Error('no delivery');
  await github.deliveries.redeliver(opened);
  await github.deliveries.redeliver(opened);
  await story.settle();
  const told = (await story.events(1)).map(({ data }) => data.type);
  expect(told.filter((type) => type === 'pull.observed')).toHaveLength(1);
  expect(story.ci.calls).toEqual([`start ${short(build.commit)}.1`]);
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('A6 the same head announced by two deliveries, and found by a look: no second overlay, no second build', async () => {
  const { story, pull, head, build } = await openAtGitHub();
  const { github } = story;
  story.world.advance(2000);
  await github.people.label(pull, 'easy');
  await github.people.comment(pull, 'nice');
  await story.settle();
  await github.people.unlabel(pull, 'easy');
  await story.look();
  expect(story.ci.calls).toEqual([`start ${short(build.commit)}.1`]);
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('D2 synchronize before opened: the newest head is built, once', async () => {
  const story = await beginAtGitHub();
  const { github } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  github.deliveries.hold(({ event }) => event === 'pull_request');
  const { pull, head } = await story.open('feature', base, { 'a.c': 'first' });
  story.world.advance(2000);
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, second);
  const [opened, synchronized] = github.deliveries.held;
  if (opened === undefined || synchronized === undefined) throw new Error('no deliveries');
  await github.deliveries.release(synchronized);
  await story.settle();
  await github.deliveries.release(opened);
  await story.settle();
  const build = await story.build(1);
  expect(story.repository.git.parents(build.commit)).toEqual([second]);
  expect(story.ci.calls).toEqual([`start ${short(build.commit)}.1`]);
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(second)} orthrus pending: building ${short(second)}`,
  ]);
});

test('D2 closed before synchronize: it stays closed, and nothing is left', async () => {
  const { story, pull, head, build } = await openAtGitHub();
  const { github } = story;
  github.deliveries.hold(({ event }) => event === 'pull_request');
  story.world.advance(2000);
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, second);
  story.world.advance(2000);
  await github.people.close(pull);
  const [synchronized, closed] = github.deliveries.held;
  if (synchronized === undefined || closed === undefined) throw new Error('no deliveries');
  await github.deliveries.release(closed);
  await story.settle();
  expect(await story.state(1)).toBe('closed');
  await github.deliveries.release(synchronized);
  await story.settle();
  expect(await story.state(1)).toBe('closed');
  expect(story.tip(1)).toBeNull();
  expect(story.ci.calls).toEqual([
    `start ${short(build.commit)}.1`,
    `cancel ${short(build.commit)}.1`,
  ]);
  const said = github.ledger.transcript();
  expect(said.filter((line) => line.startsWith('push'))).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    'push orthrus/pr-1 gone',
  ]);
  expect(story.statuses(head)).toEqual({
    orthrus: 'error: closed before the build was finished',
  });
});

test('D2 opened, closed and synchronized in one second, closed told first: GitHub is asked, and wins', async () => {
  const story = await beginAtGitHub();
  const { github } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  github.deliveries.hold(({ event }) => event === 'pull_request');
  const { pull } = await story.open('feature', base, { 'a.c': 'first' });
  await github.people.close(pull);
  await github.deliveries.release(...github.deliveries.held.toReversed());
  await github.deliveries.flow();
  await story.settle();
  expect(await story.state(1)).toBe('closed');
  expect(story.ci.calls).toEqual([]);
  expect(story.tip(1)).toBeNull();
  expect(github.ledger.transcript()).toEqual([]);
});

test('D2 a close that is told late, when it has been undone: GitHub is asked, and the build goes on', async () => {
  const { story, pull, head, build } = await openAtGitHub();
  const { github } = story;
  github.deliveries.hold(({ event }) => event === 'pull_request');
  story.world.advance(2000);
  await github.people.close(pull);
  story.world.advance(2000);
  await github.people.reopen(pull);
  const [closed, reopened] = github.deliveries.held;
  if (closed === undefined || reopened === undefined) throw new Error('no deliveries');
  github.deliveries.lose(reopened);
  story.world.advance(61_000);
  await github.deliveries.release(closed);
  await story.settle();
  expect(await story.state(1)).toBe('building');
  expect(story.ci.calls).toEqual([`start ${short(build.commit)}.1`]);
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('D3 lost deliveries, of which GitHub knows nothing: found by reconciling', async () => {
  const { story, pull, head, build } = await openAtGitHub();
  const { github } = story;
  github.deliveries.hold();
  story.world.advance(2000);
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, second);
  const other = await story.open('other', head, { 'b.c': 'other' });
  github.deliveries.lose(...github.deliveries.held);
  await github.deliveries.flow();
  await story.settle();
  expect(story.ci.calls).toEqual([`start ${short(build.commit)}.1`]);
  await story.look();
  const next = await story.build(1);
  expect(story.repository.git.parents(next.commit)).toEqual([build.commit, second]);
  const first = await story.build(2);
  expect(story.repository.git.parents(first.commit)).toEqual([other.head]);
  github.deliveries.hold();
  story.world.advance(2000);
  await github.people.close(other.pull);
  github.deliveries.lose(...github.deliveries.held);
  await github.deliveries.flow();
  await story.look();
  expect(await story.state(2)).toBe('closed');
  expect(story.tip(2)).toBeNull();
  const pushes = github.ledger.transcript().filter((line) => line.startsWith('push'));
  expect(pushes.filter((line) => line.startsWith('push orthrus/pr-1'))).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `push orthrus/pr-1 ${short(next.commit)}`,
  ]);
  expect(pushes.filter((line) => line.startsWith('push orthrus/pr-2'))).toEqual([
    `push orthrus/pr-2 ${short(first.commit)}`,
    'push orthrus/pr-2 gone',
  ]);
  expect(pushes).toHaveLength(4);
});

test('D3 deliveries that failed are asked for again, once each', async () => {
  const story = await beginAtGitHub();
  const { github } = story;
  // Only admins of a repository see what became of its webhooks.
  github.grant(story.repository, 'orthrus-bot', 'admin');
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const { pull } = await story.open('feature', base, { 'a.c': 'first' });
  await story.settle();
  github.deliveries.hold(({ event }) => event === 'issue_comment');
  story.world.advance(2000);
  await github.people.comment(pull, '/orthrus rebuild', 'ada');
  const missed = github.deliveries.held;
  expect(missed).toHaveLength(1);
  github.deliveries.fail(503, ...missed);
  await github.deliveries.flow();
  await story.settle();
  // No look at the forge's state would find what somebody said.
  expect(story.ci.builds.size).toBe(1);
  const from = github.ledger.requests.length;
  await story.look();
  await story.untilSo('it is built again', () => story.ci.builds.size === 2);
  await story.look();
  const asked = github.ledger.calls(from);
  expect(Object.entries(asked).filter(([operation]) => operation.endsWith('/attempts'))).toEqual([
    ['POST /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts', 1],
  ]);
  expect(github.ledger.transcript().filter((line) => line.startsWith('reaction'))).toEqual([
    'reaction +1 #1: /orthrus rebuild',
  ]);
});

test('D4 the webhook is ahead of the API: the commit is waited for', async () => {
  const { story, pull, head } = await openAtGitHub();
  const { github } = story;
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  const show = github.hide(second);
  story.world.advance(2000);
  await github.people.update(pull, second);
  await story.untilSo('git was asked twice in vain', async () => (await fetches(story)) >= 2);
  show();
  await story.untilSo('the second build is asked for', () => story.ci.builds.size === 2);
  await story.settle();
  const build = await story.build(1);
  expect(story.repository.git.parents(build.commit)).toContain(second);
  const said = github.ledger.transcript();
  expect(said.at(-1)).toBe(`status ${short(second)} orthrus pending: building ${short(second)}`);
});

test('D4 a commit that never comes: given up after a bounded time, and found once it is there after all', async () => {
  const { story, pull, head } = await openAtGitHub();
  const { github } = story;
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  const show = github.hide(second);
  story.world.advance(2000);
  await github.people.update(pull, second);
  await story.until(1, 'blocked');
  await story.settle();
  expect((await story.context(1)).blocked?.code).toBe('not-found');
  const from = github.ledger.requests.length;
  story.world.advance(3_600_000);
  await story.settle();
  expect(
    github.ledger.requests.slice(from).filter(({ operation }) => operation === 'git fetch'),
  ).toEqual([]);
  show();
  story.world.advance(2000);
  const third = story.repository.git.commit(second, { 'a.c': 'third' });
  await github.people.update(pull, third);
  await story.untilSo('the second build is asked for', () => story.ci.builds.size === 2);
  await story.settle();
  expect(story.repository.git.parents((await story.build(1)).commit)).toContain(third);
  github.ledger.transcript();
});

/** How often the head's fetch that is under way was tried. */
async function fetches(story: GitHubStory): Promise<number> {
  const row = await story.service.log.db
    .selectFrom('effects')
    .select('attempts')
    .where('type', '=', 'head.fetch')
    .where('done_at', 'is', null)
    .executeTakeFirst();
  return row?.attempts ?? 0;
}
