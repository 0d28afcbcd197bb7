import { expect, test } from 'vitest';
import { built, failed } from '../doubles/scripted-ci.ts';
import { openAtGitHub, short } from './github-story.ts';

test('B10 two pull requests with the same head: one verdict, the worst stands, and its description names both', async () => {
  const { story, head, build } = await openAtGitHub();
  const { ci, github } = story;
  await github.people.push(story.repository, 'release', story.repository.git.at('refs/heads/main'));
  const twin = await github.people.open(story.repository, 'feature', {
    base: 'release',
    by: 'ada',
  });
  await story.settle();
  const other = await story.build(2);
  expect(other.commit).not.toBe(build.commit);
  ci.begin(build);
  ci.begin(other);
  ci.finish(build, failed('app', { error: 'a.c:1: error: no' }));
  await story.until(1, 'idle');
  ci.finish(other, built('app', 'one'));
  await story.until(2, 'idle');
  await story.settle();
  const standing = story.statuses(head)['orthrus'] ?? '';
  expect(standing).toMatch(/^failure: /);
  expect(standing).toContain('#1 failure');
  expect(standing).toContain('#2 success');

  // What stood for the one that failed is not left standing when it goes.
  story.world.advance(2000);
  const first = story.repository.pulls.get(1);
  if (first === undefined) throw new Error('no #1');
  await github.people.close(first);
  await story.settle();
  expect(await story.state(1)).toBe('closed');
  expect(await story.state(twin.number)).toBe('idle');
  const after = story.statuses(head)['orthrus'] ?? '';
  expect(after).toMatch(/^success: /);
  expect(after).not.toContain('#1');
  const said = github.ledger.transcript();
  expect(said.filter((line) => / orthrus success: /.test(line) && line.includes('#1'))).toEqual([]);
});

test('B10 one of them succeeds while the other still builds: pending stands', async () => {
  const { story, head, build } = await openAtGitHub();
  const { ci, github } = story;
  await github.people.push(story.repository, 'release', story.repository.git.at('refs/heads/main'));
  await github.people.open(story.repository, 'feature', { base: 'release', by: 'ada' });
  await story.settle();
  const other = await story.build(2);
  ci.begin(build);
  ci.begin(other);
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  expect(story.statuses(head)['orthrus']).toMatch(/^pending: #2 pending, #1 success/);
  ci.finish(other, built('app', 'one'));
  await story.until(2, 'idle');
  await story.settle();
  expect(story.statuses(head)['orthrus']).toMatch(/^success: #2 success, #1 success/);
  expect(
    github.ledger.transcript().filter((line) => line.startsWith(`status ${short(head)} orthrus`)),
  ).toHaveLength(4);
});

test('B12 a pull request whose head is a cache branch is ignored, with a reason', async () => {
  const { story, head, build } = await openAtGitHub();
  const { github, ci } = story;
  story.world.advance(2000);
  await github.people.open(story.repository, 'orthrus/pr-1', { base: 'feature', by: 'ada' });
  await story.settle();
  await story.look();
  const streams = await story.service.log.db.selectFrom('pulls').select('number').execute();
  expect(streams).toEqual([{ number: 1 }]);
  expect(ci.calls).toEqual([`start ${short(build.commit)}.1`]);
  expect(story.tip(2)).toBeNull();
  const opened = github.deliveries.all.findLast(({ action }) => action === 'opened');
  expect(opened?.attempt?.statusCode).toBe(202);
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});
