import { expect, test } from 'vitest';
import { built, failed } from '../doubles/scripted-ci.ts';
import { openAtGitHub, short } from './github-story.ts';

test('B11 a merge queue asks for its temporary branch: built cold as a branch, reported on its own commit, then gone', async () => {
  const { story, pull, head, build } = await openAtGitHub();
  const { ci, github } = story;
  ci.begin(build);
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  story.world.advance(2000);
  const queued = await github.people.enqueue(pull);
  const branch = pull.queued?.branch ?? '';
  expect(branch).toMatch(/^gh-readonly-queue\/main\/pr-1-/);
  await story.untilSo('its build is asked for', () => ci.builds.size === 2);
  await story.settle();
  const [, request] = [...ci.builds.values()];
  expect(request?.request).toMatchObject({
    stream: story.stream(branch),
    commit: queued,
    ref: `refs/heads/${branch}`,
    cachePaths: [],
  });
  const temporary = { commit: queued, attempt: 1 };
  ci.begin(temporary);
  ci.finish(temporary, built('app', 'queued'));
  await story.until(branch, 'idle');
  await story.settle();
  expect(story.statuses(queued)['orthrus']).toMatch(/^success: /);
  // What is not merged seeds nobody.
  expect(await story.service.log.db.selectFrom('seeds').selectAll().execute()).toEqual([]);
  await github.people.dequeue(pull, 'merged');
  await story.settle();
  expect(await story.state(branch)).toBe('gone');
  expect(await story.state(1)).toBe('closed');
  expect(ci.forgotten).toContain(`refs/heads/${branch}`);
  await story.look();
  expect(await story.state(branch)).toBe('gone');
  expect(ci.calls).toEqual([`start ${short(build.commit)}.1`, `start ${short(queued)}.1`]);
  const said = github.ledger.transcript();
  expect(said.filter((line) => line.startsWith(`status ${short(queued)}`))).toEqual([
    `status ${short(queued)} orthrus pending: building ${short(queued)}`,
    expect.stringMatching(`^status ${short(queued)} orthrus success: `),
  ]);
  expect(said.filter((line) => line.startsWith('push')).slice(2)).toEqual([
    'push orthrus/pr-1 gone',
  ]);
  expect(story.statuses(head)['orthrus']).toMatch(/^success: /);
});

test('B11 the queue gives up before its build is finished: cancelled, settled, and nothing hangs', async () => {
  const { story, pull, build } = await openAtGitHub();
  const { ci, github } = story;
  story.world.advance(2000);
  const queued = await github.people.enqueue(pull);
  const branch = pull.queued?.branch ?? '';
  await story.untilSo('its build is asked for', () => ci.builds.size === 2);
  await story.settle();
  ci.begin({ commit: queued, attempt: 1 });
  story.world.advance(2000);
  await github.people.dequeue(pull, 'dequeued');
  await story.settle();
  expect(await story.state(branch)).toBe('gone');
  expect(ci.calls).toEqual([
    `start ${short(build.commit)}.1`,
    `start ${short(queued)}.1`,
    `cancel ${short(queued)}.1`,
  ]);
  expect(story.statuses(queued)).toEqual({ orthrus: 'error: the branch is gone' });
  expect(await story.state(1)).toBe('building');
  // What comes after all changes nothing.
  ci.finish({ commit: queued, attempt: 1 }, built('app', 'queued'));
  await story.settle();
  expect(await story.state(branch)).toBe('gone');
  expect(story.statuses(queued)).toEqual({ orthrus: 'error: the branch is gone' });
  github.ledger.transcript();
});

test('B11 whatever is lost, required checks do not hang: a failed build, a silent queue, an end nobody told', async () => {
  const { story, pull } = await openAtGitHub();
  const { ci, github } = story;
  story.world.advance(2000);
  const queued = await github.people.enqueue(pull);
  const branch = pull.queued?.branch ?? '';
  await story.untilSo('its build is asked for', () => ci.builds.size === 2);
  await story.settle();
  const temporary = { commit: queued, attempt: 1 };
  ci.begin(temporary);
  ci.finishSilently(temporary, failed('app', { error: 'a.c:1: error: no' }));
  await story.look();
  await story.until(branch, 'idle');
  await story.settle();
  expect(story.statuses(queued)['orthrus']).toMatch(/^failure: /);
  github.deliveries.hold();
  await github.people.dequeue(pull, 'invalidated');
  github.deliveries.lose(...github.deliveries.held);
  await github.deliveries.flow();
  expect(await story.state(branch)).toBe('idle');
  await story.look();
  expect(await story.state(branch)).toBe('gone');
  const streams = await story.service.log.db
    .selectFrom('pulls')
    .select('stream')
    .where('state', 'not in', ['closed', 'gone'])
    .execute();
  expect(streams).toEqual([{ stream: story.stream(1) }]);
  github.ledger.transcript();
});

test('B11 the request of the queue is lost: its branch is found by reconciling', async () => {
  const { story, pull } = await openAtGitHub();
  const { ci, github } = story;
  github.deliveries.hold();
  story.world.advance(2000);
  const queued = await github.people.enqueue(pull);
  github.deliveries.lose(...github.deliveries.held);
  await github.deliveries.flow();
  await story.look();
  await story.untilSo('its build is asked for', () => ci.builds.size === 2);
  await story.settle();
  expect([...ci.builds.values()].map(({ request }) => request.commit)).toContain(queued);
  expect(story.statuses(queued)).toEqual({ orthrus: `pending: building ${short(queued)}` });
  github.ledger.transcript();
});
