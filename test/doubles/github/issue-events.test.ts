import { expect, test } from 'vitest';
import { at, octokitFor, refusal, smallWorld } from './small-world.ts';

const events = { ...at, issue_number: 1 };

test('a push that is no fast-forward is remembered, with whom and when', async () => {
  let now = Date.parse('2026-03-01T10:00:00.700Z');
  const { github, octokit, repository, base, head, pull } = await smallWorld({ now: () => now });
  const { people } = github;
  await people.update(pull, repository.git.commit(head, { 'a.c': '3\n' }));
  expect((await octokit.issues.listEvents(events)).data).toEqual([]);
  const other = repository.git.commit(base, { 'a.c': '4\n' });
  now += 5000;
  await people.update(pull, other, 'bo');
  now += 5000;
  // Back to what the head contains is no fast-forward either.
  await people.update(pull, base);
  await people.update(pull, other);
  const { data } = await octokit.issues.listEvents(events);
  expect(
    data.map(({ event, commit_id, actor, created_at }) => [
      event,
      commit_id,
      actor.login,
      created_at,
    ]),
  ).toEqual([
    ['head_ref_force_pushed', other, 'bo', '2026-03-01T10:00:05Z'],
    ['head_ref_force_pushed', base, 'ada', '2026-03-01T10:00:10Z'],
  ]);
});

test('a fork’s force-push is remembered where its pull request is', async () => {
  const { github, octokit, repository, base } = await smallWorld();
  const fork = await github.people.fork(repository, 'eve');
  const first = fork.git.commit(base, { 'a.c': 'by eve\n' });
  await github.people.push(fork, 'feature', first, 'eve');
  const pull = await github.people.open(repository, 'feature', { from: fork, by: 'eve' });
  await github.people.update(pull, fork.git.commit(base, { 'a.c': 'again\n' }));
  expect((await octokit.issues.listEvents(events)).data).toEqual([]);
  const { data } = await octokit.issues.listEvents({ ...at, issue_number: pull.number });
  expect(data.map(({ event, actor }) => `${event} by ${actor.login}`)).toEqual([
    'head_ref_force_pushed by eve',
  ]);
});

test('they come oldest first and in pages, among others, to whom may read issues or pull requests', async () => {
  const { github, octokit, repository, base, head, pull } = await smallWorld();
  const { people } = github;
  await people.close(pull);
  await people.reopen(pull);
  await people.update(pull, base);
  await people.update(pull, head);
  await people.merge(pull);
  const all = await octokit.paginate(octokit.issues.listEvents, { ...events, per_page: 2 });
  expect(all.map(({ event }) => event)).toEqual([
    'closed',
    'reopened',
    'head_ref_force_pushed',
    'merged',
    'closed',
  ]);
  expect(github.ledger.calls()).toEqual({
    'GET /repos/{owner}/{repo}/issues/{issue_number}/events': 3,
  });
  const as = (permission: string) =>
    octokitFor(github, github.token('bo', repository, 'read', { [permission]: 'read' }));
  for (const permission of ['issues', 'pull_requests'])
    expect((await as(permission).issues.listEvents(events)).status).toBe(200);
  expect(await refusal(as('contents').issues.listEvents(events))).toMatchObject({ status: 403 });
  expect(await refusal(octokit.issues.listEvents({ ...at, issue_number: 2 }))).toMatchObject({
    status: 404,
  });
});
