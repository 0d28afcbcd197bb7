import { expect, test } from 'vitest';
import { built, failed } from '../doubles/scripted-ci.ts';
import { beginAtGitHub, openAtGitHub, short } from './github-story.ts';

test('a pull request goes its whole way at GitHub: at most three calls of the API for a push', async () => {
  const { story, pull, head, build } = await openAtGitHub();
  const { ci, github } = story;
  ci.begin(build);
  ci.finish(build, built('app', 'one'), built('lib', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const recorded = story.tip(1);

  const from = github.ledger.requests.length;
  // GitHub's clock has seconds; of two pushes in one, the second is looked up.
  story.world.advance(2000);
  const second = story.repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, second);
  await story.untilSo('the second build is asked for', () => ci.builds.size === 2);
  await story.settle();
  const next = await story.build(1);
  ci.begin(next);
  ci.finish(next, built('app', 'two'), built('lib', 'one', { built: false }));
  await story.until(1, 'idle');
  await story.settle();
  expect(story.restCalls(from)).toEqual([
    'POST /repos/{owner}/{repo}/statuses/{sha}',
    'POST /repos/{owner}/{repo}/statuses/{sha}',
  ]);

  await github.people.merge(pull);
  await story.settle();
  expect(await story.state(1)).toBe('closed');
  expect(story.tip(1)).toBeNull();
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    `push orthrus/pr-1 ${short(recorded ?? '')}`,
    expect.stringMatching(`^status ${short(head)} orthrus success: .*cold; 2 of 2 jobs built$`),
    `push orthrus/pr-1 ${short(next.commit)}`,
    `status ${short(second)} orthrus pending: building ${short(second)}`,
    expect.stringMatching(/^push orthrus\/pr-1 [0-9a-f]{7}$/),
    expect.stringMatching(
      `^status ${short(second)} orthrus success: .*warm .*; 1 of 2 jobs built$`,
    ),
    'push orthrus/pr-1 gone',
  ]);
});

test('as an App it reports by check runs, whose button builds again', async () => {
  const { story, head, build } = await openAtGitHub({
    as: 'app',
    repository: { report: { as: 'checks' } },
  });
  const { ci, github } = story;
  ci.begin(build);
  ci.finish(build, failed('app', { error: 'a.c:1: error: no' }), built('lib', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const run = story.repository.checkRuns.find(({ name }) => name === 'orthrus');
  expect(run).toMatchObject({ sha: head, status: 'completed', conclusion: 'failure' });
  expect(run?.output?.summary).toContain('| `app` | failure |');
  expect(run?.output?.summary).toContain('cold: nothing built before');
  await github.people.rerequest(story.repository, run?.id ?? 0);
  await story.untilSo('it is built again', () => ci.builds.size === 2);
  await story.settle();
  const told = (await story.events(1)).map(({ data }) => data.type);
  expect(told).toContain('rebuild.requested');
  github.ledger.transcript();
});

test('what is not used is acknowledged and counted', async () => {
  const story = await beginAtGitHub();
  await story.start();
  await story.pushMain({ 'a.c': 'nobody builds main here' });
  await story.settle();
  const metrics = await (await fetch(`${story.url}/metrics`)).text();
  expect(metrics).toContain(
    'orthrus_deliveries_total{forge="github",event="push",outcome="ignored"} 1',
  );
  const forged = await fetch(`${story.url}/webhooks/github`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-github-event': 'made up' },
    body: '{}',
  });
  expect(forged.status).toBe(401);
  const after = await (await fetch(`${story.url}/metrics`)).text();
  expect(after).toContain('orthrus_deliveries_total{forge="github",event="",outcome="refused"} 1');
  expect(after).not.toContain('made up');
});
