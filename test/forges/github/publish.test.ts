import { expect, it } from 'vitest';
import { asApp, counter, fails, here, status } from './here.ts';

const post = 'POST /repos/{owner}/{repo}/statuses/{sha}';

it('a status is posted once, without a look at what stands there', async () => {
  const { github, forge, place, head, repository } = await here();
  const asked = counter(github);
  const short = head.slice(0, 7);
  await forge.publish(place, status(head));
  await forge.publish(place, status(head));
  await forge.publish(place, status(head, { context: 'orthrus/hello', state: 'failure' }));
  await forge.publish(place, status(head, { state: 'success', description: '41 s', url: null }));
  await forge.publish(place, status(head, { state: 'success', description: '41 s', url: null }));
  await forge.publish(place, status(head));
  expect(asked()).toEqual({ [post]: 4 });
  expect(github.ledger.transcript()).toEqual([
    `status ${short} orthrus pending: building`,
    `status ${short} orthrus/hello failure: building`,
    `status ${short} orthrus success: 41 s`,
    `status ${short} orthrus pending: building`,
  ]);
  expect(repository.statuses.map(({ targetUrl }) => targetUrl !== null)).toEqual([
    true,
    true,
    false,
    true,
  ]);
});

it('a description is cut to what GitHub takes', async () => {
  const { github, forge, place, head, repository } = await here();
  await forge.publish(place, status(head, { description: 'é🐕'.repeat(80) }));
  expect([...(repository.statuses[0]?.description ?? '')]).toHaveLength(140);
  expect(repository.statuses[0]?.description).toMatch(/🐕é…$/);
  expect(github.ledger.transcript()).toHaveLength(1);
});

it('D4 a commit that is not there yet may be there later', async () => {
  const { github, forge, place, head } = await here();
  const show = github.hide(head);
  await fails(forge.publish(place, status(head)), 'not-found');
  show();
  await forge.publish(place, status(head));
  expect(github.ledger.transcript()).toHaveLength(1);
});

it('E4 what GitHub will never take is invalid', async () => {
  const { forge, place, head } = await here();
  const error = await fails(
    forge.publish(place, status(head, { url: 'gopher://here' })),
    'invalid',
  );
  expect(error.message).toContain('target_url must use http(s) scheme');
});

it('E1 a status whose answer was lost is looked for before it is said again', async () => {
  const { github, forge, place, head } = await here();
  github.faults.add({ trouble: { kind: 'reset' }, on: post, when: 'after' });
  await fails(forge.publish(place, status(head)), 'unavailable');
  await forge.publish(place, status(head));
  await forge.publish(place, status(head));
  expect(github.ledger.transcript()).toHaveLength(1);
  // What was said before it is no longer known to stand there.
  github.faults.add({ trouble: { kind: 'reset' }, on: post, when: 'after' });
  await fails(forge.publish(place, status(head, { state: 'success' })), 'unavailable');
  await forge.publish(place, status(head));
  expect(github.ledger.transcript().at(-1)).toContain('orthrus pending');
});

it('a check run is made once and then changed; C9 an error is no failure of the code, and blocks', async () => {
  const { github, repository, another, place, head } = await here();
  const app = github.app();
  github.install(app, repository);
  const check = (more: Parameters<typeof status>[1]) => status(head, { as: 'checks', ...more });
  const asked = counter(github);
  const forge = another({ auth: asApp(app) });
  await forge.publish(place, check({}));
  await forge.publish(place, check({}));
  await forge.publish(place, check({ context: 'orthrus/hello' }));
  const summary = '| job | time |\n| --- | --- |\n| hello | 41 s |';
  await forge.publish(place, check({ state: 'success', description: '41 s', summary }));
  expect(asked()).toEqual({
    'GET /repos/{owner}/{repo}/installation': 1,
    'POST /app/installations/{installation_id}/access_tokens': 1,
    'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': 2,
    'POST /repos/{owner}/{repo}/check-runs': 2,
    'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': 1,
  });
  expect(repository.checkRuns).toMatchObject([
    {
      sha: head,
      name: 'orthrus',
      status: 'completed',
      conclusion: 'success',
      externalId: 'orthrus',
      detailsUrl: 'https://ci.example.org/pulls/github/o/r/1',
      output: { title: '41 s', summary },
    },
    {
      name: 'orthrus/hello',
      status: 'in_progress',
      conclusion: null,
      output: { title: 'building', summary: 'building' },
    },
  ]);

  // After a restart.
  const again = another({ auth: asApp(app) });
  await again.publish(place, check({ state: 'pending', description: 'once more' }));
  expect(repository.checkRuns[0]).toMatchObject({ status: 'in_progress', conclusion: null });
  await again.publish(place, check({ state: 'error', description: 'cancelled by the CI' }));
  await again.publish(place, check({ state: 'failure', description: 'hello failed' }));
  expect(repository.checkRuns).toHaveLength(2);
  const short = head.slice(0, 7);
  expect(github.ledger.transcript()).toEqual([
    `check ${short} orthrus in_progress: building`,
    `check ${short} orthrus/hello in_progress: building`,
    `check ${short} orthrus success: 41 s`,
    `check ${short} orthrus in_progress: once more`,
    `check ${short} orthrus failure: Error: cancelled by the CI`,
    `check ${short} orthrus failure: hello failed`,
  ]);
});

it("E1 a check run whose answer was lost is found, and another App's of that name is not taken", async () => {
  const { github, repository, another, place, head } = await here();
  const other = github.app({ slug: 'other' });
  github.install(other, repository);
  await another({ auth: asApp(other) }).publish(place, status(head, { as: 'checks' }));
  const app = github.app();
  github.install(app, repository);
  const forge = another({ auth: asApp(app) });
  const create = 'POST /repos/{owner}/{repo}/check-runs';
  github.faults.add({ trouble: { kind: 'reset' }, on: create, when: 'after' });
  await fails(forge.publish(place, status(head, { as: 'checks' })), 'unavailable');
  await forge.publish(place, status(head, { as: 'checks', state: 'success' }));
  expect(repository.checkRuns.map((run) => [run.app.slug, run.conclusion])).toEqual([
    ['other', null],
    ['orthrus', 'success'],
  ]);
  expect(github.ledger.transcript()).toHaveLength(3);
});

it('check runs take an App', async () => {
  const { github, forge, place, head } = await here();
  const asked = counter(github);
  const error = await fails(forge.publish(place, status(head, { as: 'checks' })), 'denied');
  expect(error.message).toContain('GitHub App');
  expect(asked()).toEqual({});
});
