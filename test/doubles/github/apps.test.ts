import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { newKeys } from './app-registry.ts';
import type { GitHubDouble } from './github-double.ts';
import { at, endpoint, octokitFor, quiet, refusal, smallWorld, workplace } from './small-world.ts';
import type { App, Installation } from './state.ts';

function octokitOf(github: GitHubDouble, app: App, installation?: Installation): Octokit {
  return new Octokit({
    baseUrl: github.apiUrl,
    authStrategy: createAppAuth,
    log: quiet,
    auth: {
      appId: app.id,
      privateKey: app.privateKey,
      ...(installation === undefined ? {} : { installationId: installation.id }),
    },
  });
}

const minted = z.object({ token: z.string() });

test('an App finds its installation, and works with its tokens', async () => {
  const { github, repository, head } = await smallWorld();
  const place = await endpoint();
  const app = github.app({ hook: { url: place.url, secret: 'x' } });
  const own = octokitOf(github, app);
  expect(await refusal(own.apps.getRepoInstallation(at))).toMatchObject({ status: 404 });
  const installation = github.install(app, repository);
  const { data: found } = await own.apps.getRepoInstallation(at);
  expect(found).toMatchObject({ id: installation.id, app_slug: 'orthrus' });
  const { data: self } = await own.apps.getAuthenticated();
  expect(self).toMatchObject({ id: app.id, permissions: { checks: 'write' } });
  const { data: config } = await own.apps.getWebhookConfigForApp();
  expect(config.url).toBe(place.url);

  const octokit = octokitOf(github, app, installation);
  const { data: run } = await octokit.checks.create({
    ...at,
    name: 'orthrus',
    head_sha: head,
    status: 'in_progress',
    details_url: 'https://ci.example.org/1',
  });
  expect(run).toMatchObject({ status: 'in_progress', pull_requests: [{ number: 1 }] });
  const output = { title: '2 of 9 jobs built', summary: '| job | |' };
  await octokit.checks.update({ ...at, check_run_id: run.id, conclusion: 'success', output });
  const { data: runs } = await octokit.checks.listForRef({ ...at, ref: head, app_id: app.id });
  expect(runs).toMatchObject({
    total_count: 1,
    check_runs: [{ id: run.id, conclusion: 'success', output, app: { id: app.id } }],
  });
  await github.people.rerequest(repository, run.id, 'ada');
  await github.settled();
  expect(place.received.map(({ name }) => name)).toEqual([
    'installation.created',
    'check_run.created',
    'check_run.completed',
    'check_run.rerequested',
  ]);
  expect(place.received.at(-1)?.body).toContain(`"installation":{"id":${installation.id},`);
  expect(await refusal(octokit.users.getAuthenticated())).toMatchObject({ status: 403 });
  expect(github.ledger.transcript()).toEqual([
    `check ${head.slice(0, 7)} orthrus in_progress: `,
    `check ${head.slice(0, 7)} orthrus success: 2 of 9 jobs built`,
  ]);
});

test('the newest check run of a name is the one that counts', async () => {
  const { github, repository, head } = await smallWorld();
  const app = github.app();
  const octokit = octokitOf(github, app, github.install(app, repository));
  const create = (name: string) =>
    octokit.checks.create({ ...at, name, head_sha: head, conclusion: 'failure' });
  await create('orthrus');
  await create('other');
  const { data: second } = await create('orthrus');
  const list = async (more: object) =>
    (await octokit.checks.listForRef({ ...at, ref: 'feature', ...more })).data.check_runs;
  expect(await list({ check_name: 'orthrus' })).toMatchObject([{ id: second.id }]);
  expect(await list({ filter: 'all' })).toHaveLength(3);
  const ended = octokit.checks.update({ ...at, check_run_id: second.id, status: 'completed' });
  expect(await refusal(ended)).toMatchObject({ status: 422 });
  const elsewhere = github.app({ slug: 'other' });
  const others = octokitOf(github, elsewhere, github.install(elsewhere, repository));
  expect(
    await refusal(others.checks.update({ ...at, check_run_id: second.id, conclusion: 'success' })),
  ).toMatchObject({ status: 403 });
  expect(github.ledger.transcript()).toHaveLength(3);
});

test('an installation’s token pushes, reads what it may, and expires', async () => {
  let now = Date.now();
  const { github, repository } = await smallWorld({ now: () => now });
  const app = github.app({
    tokenLifetime: 600,
    permissions: { metadata: 'read', contents: 'write', pull_requests: 'read' },
  });
  const installation = github.install(app, repository);
  const octokit = octokitOf(github, app, installation);
  const { token } = minted.parse(await octokit.auth({ type: 'installation' }));
  const { git } = await workplace(token);
  const url = `${github.url}/o/r.git`;
  await git('fetch', '--quiet', url, 'main');
  await git('push', '--quiet', url, 'FETCH_HEAD:refs/heads/orthrus/pr-1');
  expect(github.ledger.deeds).toMatchObject([{ kind: 'push', by: 'orthrus[bot]' }]);
  await octokit.pulls.list(at);
  const status = { ...at, sha: 'main', state: 'success' as const };
  expect(await refusal(octokit.repos.createCommitStatus(status))).toMatchObject({
    status: 403,
    message: expect.stringContaining('Resource not accessible by integration'),
  });
  const other = github.repository('o/secret');
  expect(await refusal(octokit.repos.get({ ...at, repo: other.name }))).toMatchObject({
    status: 404,
  });
  now += 601_000;
  const bearer = octokitFor(github, token);
  expect(await refusal(bearer.pulls.list(at))).toMatchObject({ status: 401 });
  expect(github.ledger.transcript()).toHaveLength(1);
});

test('a token can be had for less than the App may', async () => {
  const { github, repository } = await smallWorld();
  const second = github.repository('o/second');
  const app = github.app();
  const installation = github.install(app, repository, second);
  const { data } = await octokitOf(github, app).apps.createInstallationAccessToken({
    installation_id: installation.id,
    repository_ids: [second.id],
    permissions: { contents: 'read' },
  });
  expect(data).toMatchObject({
    permissions: { contents: 'read' },
    repositories: [{ full_name: 'o/second' }],
  });
  const narrow = octokitFor(github, data.token);
  expect(await refusal(narrow.repos.get(at))).toMatchObject({ status: 404 });
  expect((await narrow.repos.get({ ...at, repo: 'second' })).status).toBe(200);
  github.uninstall(installation);
  expect(await refusal(narrow.repos.get({ ...at, repo: 'second' }))).toMatchObject({ status: 401 });
});

test('nobody is taken for an App without its key', async () => {
  const { github, repository } = await smallWorld();
  const app = github.app();
  github.install(app, repository);
  const thief = { ...app, privateKey: newKeys().privateKey };
  expect(await refusal(octokitOf(github, thief).apps.getAuthenticated())).toMatchObject({
    status: 401,
    message: expect.stringContaining('A JSON web token could not be decoded'),
  });
});

test('an App’s clock may be wrong: it learns the time from the refusal', async () => {
  const { github, repository } = await smallWorld({ now: () => Date.now() - 3_600_000 });
  const app = github.app();
  github.install(app, repository);
  const { data } = await octokitOf(github, app).apps.getRepoInstallation(at);
  expect(data.app_id).toBe(app.id);
});

test('an App’s failed deliveries are its own to send again', async () => {
  const { github, repository, pull } = await smallWorld();
  const place = await endpoint();
  place.answers = ({ name }) => (name === 'pull_request.labeled' ? 500 : 200);
  const app = github.app({ hook: { url: place.url, events: ['pull_request'] } });
  const installation = github.install(app, repository);
  await github.people.label(pull, 'cold');
  await github.people.comment(pull, 'not subscribed');
  await github.settled();
  const octokit = octokitOf(github, app);
  const { data: log } = await octokit.apps.listWebhookDeliveries({ status: 'failure' });
  expect(log).toMatchObject([
    {
      event: 'pull_request',
      action: 'labeled',
      status_code: 500,
      installation_id: installation.id,
    },
  ]);
  place.answers = () => 200;
  await octokit.apps.redeliverWebhookDelivery({ delivery_id: log[0]?.id ?? 0 });
  await github.settled();
  github.uninstall(installation);
  await github.people.label(pull, 'nobody is told');
  await github.settled();
  expect(place.received.map(({ name }) => name)).toEqual([
    'installation.created',
    'pull_request.labeled',
    'pull_request.labeled',
    'installation.deleted',
  ]);
});
