import { expect, it } from 'vitest';
import { examineGitHub } from '../../../src/forges/github/examine.ts';
import type { GitHubAuth } from '../../../src/forges/github/options.ts';
import { usualPermissions } from '../../doubles/github/app-registry.ts';
import { endpoint } from '../../doubles/github/small-world.ts';
import type { CommitStatus } from '../../../src/ports/forge.ts';
import { asApp, type Here, here } from './here.ts';

const events = [
  'pull_request',
  'push',
  'merge_group',
  'issue_comment',
  'check_run',
  'status',
  'repository',
];

/** What the doctor says, as it would be read: `+` right, `-` wrong. */
async function examined(
  { github, world }: Here,
  auth: GitHubAuth,
  more: {
    readonly webhookUrl?: string;
    readonly as?: CommitStatus['as'];
    readonly repository?: string;
    readonly seesPushes?: boolean;
  } = {},
): Promise<readonly string[]> {
  const { repository = 'o/r', as = 'statuses', seesPushes = false } = more;
  const webhookUrl = more.webhookUrl ?? 'https://ci.example.org/webhooks/github';
  const options = {
    name: 'github',
    apiUrl: github.apiUrl,
    webhookSecret: 'a secret of the webhook',
    auth,
    world,
  };
  const findings = await examineGitHub(options, repository, { webhookUrl, as, seesPushes });
  return findings.map(({ ok, line }) => `${ok ? '+' : '-'} ${line}`);
}

it('with a classic token all is well', async () => {
  const place = await here();
  const { github, repository } = place;
  const { url } = await endpoint();
  github.hook(repository, { url, events });
  await github.settled();
  const token = github.token('boss', repository, 'admin');
  expect(await examined(place, { token }, { webhookUrl: url })).toEqual([
    '+ token: of boss (classic: repo)',
    '+ permissions: the scope repo',
    `+ contents: git may push to ${github.url}/o/r.git`,
    `+ webhook: ${url}, application/json, all events`,
    '+ last delivery: answered 202',
    '+ workflows: .github/workflows/ci.yml may run on cache branches, but for the [skip ci] that every commit of Orthrus carries',
  ]);
  expect(await examined(place, { token }, { seesPushes: true })).toContain(
    '- workflows: .github/workflows/ci.yml may run on cache branches; give their push triggers a "branches-ignore" with the cache branches',
  );
});

it('a token that is none, or that cannot see the repository', async () => {
  const place = await here();
  expect(await examined(place, { token: 'ghp_none' })).toEqual([
    expect.stringMatching(/^- token: GET \/user: GitHub answered 401: Bad credentials/),
  ]);
  expect(await examined(place, { token: place.token }, { repository: 'o/none' })).toEqual([
    '+ token: of orthrus-bot (classic: repo)',
    expect.stringMatching(/^- repository: .*404.*it is not there, or the token may not see it$/),
  ]);
});

it('a fine-grained token is tried, and nothing comes of it', async () => {
  const place = await here();
  const { github, repository, pull } = place;
  const good = github.token('boss', repository, 'admin', {
    contents: 'write',
    statuses: 'write',
    pull_requests: 'read',
    repository_hooks: 'read',
  });
  expect((await examined(place, { token: good })).slice(0, 4)).toEqual([
    '+ token: of boss (fine-grained)',
    '+ permissions: pull requests: read, commit statuses: write',
    `+ contents: git may push to ${github.url}/o/r.git`,
    expect.stringMatching(/^- webhook: there is none for "github"; make sure/),
  ]);
  const poor = github.token('bo', repository, 'write', { contents: 'read' });
  expect((await examined(place, { token: poor })).slice(0, 4)).toEqual([
    '+ token: of bo (fine-grained)',
    '- permissions: missing pull requests: read, commit statuses: write; add them to the token',
    `- contents: git may not push to ${github.url}/o/r.git (403): cache branches are pushed by git; the token needs contents: write`,
    expect.stringMatching(/^- webhook: this token may not look at webhooks/),
  ]);
  expect(repository.statuses).toEqual([]);
  expect(pull.heads).toHaveLength(1);
});

it('what is wrong with a webhook', async () => {
  const place = await here();
  const { github, repository } = place;
  const token = github.token('boss', repository, 'admin');
  const { url, ...answering } = await endpoint();
  const target = await endpoint();
  target.answers = () => 401;
  const hook = github.hook(repository, { url: target.url, events: ['push', 'status'] });
  await github.settled();
  hook.active = false;
  const lines = await examined(place, { token }, { webhookUrl: url });
  expect(lines.slice(3, 5)).toEqual([
    `- webhook: it goes to ${target.url} and should go to ${url}; it is not active; it does not send pull_request, merge_group, issue_comment, check_run, repository`,
    "- last delivery: answered 401: the webhook's secret is not the one of the configuration",
  ]);
  expect(answering.received).toEqual([]);
});

it('an App, by what its installation says', async () => {
  const place = await here();
  const { github, repository } = place;
  const { url } = await endpoint();
  const app = github.app({ hook: { url, events } });
  expect(await examined(place, asApp(app), { webhookUrl: url })).toEqual([
    expect.stringMatching(/^- token: the GitHub App is not installed on o\/r/),
  ]);
  github.install(app, repository);
  await github.settled();
  expect(
    (await examined(place, asApp(app), { webhookUrl: url, as: 'checks' })).slice(0, 5),
  ).toEqual([
    expect.stringMatching(/^\+ token: of the App "/),
    '+ permissions: metadata: read, contents: write, pull_requests: read, checks: write',
    `+ contents: git may push to ${github.url}/o/r.git`,
    `+ webhook: ${url}, application/json, all events`,
    '+ last delivery: answered 202',
  ]);
  const { statuses: _, contents: __, issues: ___, ...less } = usualPermissions;
  const poor = github.app({ slug: 'poor', permissions: { ...less, pull_requests: 'read' } });
  github.install(poor, repository);
  expect((await examined(place, asApp(poor), { webhookUrl: url })).slice(1, 5)).toEqual([
    '- permissions: missing contents: write, statuses: write; add them to the App, and accept them where it is installed',
    '+ comments: commands are obeyed but not answered, which takes pull_requests: write',
    expect.stringMatching(/^- contents: git may not push/),
    expect.stringMatching(/^- webhook: /),
  ]);
});

it('check runs take an App', async () => {
  const place = await here();
  expect(await examined(place, { token: place.token }, { as: 'checks' })).toContain(
    '- permissions: only a GitHub App may write check runs; report statuses instead',
  );
});
