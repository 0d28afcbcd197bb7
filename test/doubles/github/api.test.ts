import { expect, test } from 'vitest';
import { at, octokitFor, refusal, smallWorld } from './small-world.ts';

test('Octokit reads a repository, its pull requests, branches, refs and files', async () => {
  const { github, octokit, base, head, repository } = await smallWorld();
  const { data: found } = await octokit.repos.get(at);
  expect(found).toMatchObject({
    id: repository.id,
    full_name: 'o/r',
    clone_url: `${github.url}/o/r.git`,
    default_branch: 'main',
    permissions: { push: true, admin: false },
  });
  const { data: pull } = await octokit.pulls.get({ ...at, pull_number: 1 });
  expect(pull).toMatchObject({
    number: 1,
    state: 'open',
    user: { login: 'ada' },
    author_association: 'COLLABORATOR',
    head: { ref: 'feature', sha: head, repo: { full_name: 'o/r' } },
    base: { ref: 'main', sha: base, repo: { default_branch: 'main' } },
  });
  const { data: branch } = await octokit.repos.getBranch({ ...at, branch: 'feature' });
  expect(branch.commit).toMatchObject({ sha: head, parents: [{ sha: base }] });
  const { data: ref } = await octokit.git.getRef({ ...at, ref: 'pull/1/head' });
  expect(ref.object).toMatchObject({ type: 'commit', sha: head });
  const { data: refs } = await octokit.git.listMatchingRefs({ ...at, ref: 'heads/' });
  expect(refs.map((one) => one.ref)).toEqual(['refs/heads/feature', 'refs/heads/main']);
  const path = '.github/workflows';
  const { data: folder } = await octokit.repos.getContent({ ...at, path, ref: head });
  expect(folder).toMatchObject([{ name: 'ci.yml', type: 'file', size: 9 }]);
  const { data: file } = await octokit.repos.getContent({ ...at, path: `${path}/ci.yml` });
  expect(file).toMatchObject({ encoding: 'base64', content: `${btoa('on: push\n')}\n` });
  for (const missing of [
    () => octokit.git.getRef({ ...at, ref: 'heads/feat' }),
    () => octokit.repos.getBranch({ ...at, branch: 'none' }),
    () => octokit.repos.getContent({ ...at, path: 'none' }),
    () => octokit.pulls.get({ ...at, pull_number: 2 }),
  ])
    expect(await refusal(missing())).toMatchObject({ status: 404 });
});

test('pull requests come in pages, and unchanged ones cost nothing', async () => {
  const { github, octokit, repository, head, pull } = await smallWorld();
  await github.people.label(pull, 'cold');
  for (const branch of ['b2', 'b3', 'b4', 'b5']) {
    await github.people.push(repository, branch, head, 'ada');
    await github.people.open(repository, branch, { by: 'ada' });
  }
  const all = await octokit.paginate(octokit.pulls.list, { ...at, per_page: 2 });
  expect(all.map(({ number }) => number)).toEqual([5, 4, 3, 2, 1]);
  expect(all.at(-1)?.labels).toMatchObject([{ name: 'cold' }]);
  expect(github.ledger.calls()).toEqual({ 'GET /repos/{owner}/{repo}/pulls': 3 });
  const first = await octokit.pulls.list({ ...at, per_page: 2, sort: 'updated' });
  expect(first.headers.link).toContain(`/repositories/${repository.id}/pulls?`);
  const asked = { ...at, per_page: 2, headers: { 'if-none-match': first.headers.etag } };
  const used = first.headers['x-ratelimit-used'];
  expect(await refusal(octokit.pulls.list({ ...asked, sort: 'updated' }))).toMatchObject({
    status: 304,
  });
  const { data: limits } = await octokit.rateLimit.get();
  expect(String(limits.rate.used)).toBe(used);
});

test('statuses are kept, the newest of each context counts, and GitHub says what is wrong with one', async () => {
  const { github, octokit, head } = await smallWorld();
  const say = (state: 'pending' | 'success' | 'failure', more = {}) =>
    octokit.repos.createCommitStatus({ ...at, sha: head, state, context: 'orthrus', ...more });
  await say('pending', { description: 'building', target_url: 'https://ci.example.org/1' });
  await say('success', { description: '41 s' });
  await say('failure', { context: 'orthrus/hello', description: 'it broke' });
  const { data: combined } = await octokit.repos.getCombinedStatusForRef({ ...at, ref: 'feature' });
  expect(combined).toMatchObject({ state: 'failure', sha: head, total_count: 2 });
  const { data: all } = await octokit.repos.listCommitStatusesForRef({ ...at, ref: head });
  expect(all.map(({ state }) => state)).toEqual(['failure', 'success', 'pending']);
  expect(all[2]?.creator?.login).toBe('orthrus-bot');
  expect(await refusal(say('success', { description: 'x'.repeat(141) }))).toEqual({
    status: 422,
    message: expect.stringContaining('description is too long (maximum is 140 characters)'),
  });
  expect(await refusal(say('success', { sha: 'b'.repeat(40) }))).toMatchObject({
    status: 422,
    message: expect.stringContaining(`No commit found for SHA: ${'b'.repeat(40)}`),
  });
  expect(github.ledger.transcript()).toEqual([
    `status ${head.slice(0, 7)} orthrus pending: building`,
    `status ${head.slice(0, 7)} orthrus success: 41 s`,
    `status ${head.slice(0, 7)} orthrus/hello failure: it broke`,
  ]);
});

test('the thousandth status of a context is the last', async () => {
  const { github, octokit, repository, head } = await smallWorld();
  const say = () =>
    octokit.repos.createCommitStatus({ ...at, sha: head, state: 'success', context: 'orthrus' });
  await say();
  const [status] = repository.statuses;
  if (status !== undefined) repository.statuses.push(...Array.from({ length: 999 }, () => status));
  expect(await refusal(say())).toMatchObject({ status: 422 });
  expect(github.ledger.transcript()).toHaveLength(1);
});

test('people comment, and Orthrus answers; the same reaction twice is one', async () => {
  const { github, octokit, pull } = await smallWorld();
  const comment = await github.people.comment(pull, '/orthrus rebuild', 'ada');
  const react = () =>
    octokit.reactions.createForIssueComment({ ...at, comment_id: comment.id, content: '+1' });
  expect((await react()).status).toBe(201);
  expect((await react()).status).toBe(200);
  await octokit.issues.createComment({ ...at, issue_number: 1, body: 'Rebuilding.' });
  const { data: comments } = await octokit.issues.listComments({ ...at, issue_number: 1 });
  expect(comments.map(({ user, body }) => `${user?.login}: ${body}`)).toEqual([
    'ada: /orthrus rebuild',
    'orthrus-bot: Rebuilding.',
  ]);
  expect(github.ledger.transcript()).toEqual([
    'reaction +1 #1: /orthrus rebuild',
    'comment #1: Rebuilding.',
  ]);
});

test('who may do what', async () => {
  const { github, octokit, repository, head } = await smallWorld();
  github.grant(repository, 'mia', 'maintain');
  github.site.account('eve');
  const roleOf = async (username: string) =>
    (await octokit.repos.getCollaboratorPermissionLevel({ ...at, username })).data;
  expect(await roleOf('o')).toMatchObject({ permission: 'admin', role_name: 'admin' });
  expect(await roleOf('mia')).toMatchObject({ permission: 'write', role_name: 'maintain' });
  expect(await roleOf('eve')).toMatchObject({ permission: 'none' });
  expect(await refusal(roleOf('nobody'))).toMatchObject({ status: 404 });
  const { data: me } = await octokit.users.getAuthenticated();
  expect(me.login).toBe('orthrus-bot');

  const reader = octokitFor(github, github.token('bo', repository, 'read'));
  const status = { ...at, sha: head, state: 'success' as const };
  expect(await refusal(reader.repos.createCommitStatus(status))).toMatchObject({
    status: 403,
    message: expect.stringContaining('Resource not accessible by personal access token'),
  });
  expect(await refusal(octokit.repos.listWebhooks(at))).toMatchObject({ status: 403 });
  expect(await refusal(octokitFor(github, github.token('eve')).repos.get(at))).toMatchObject({
    status: 404,
  });
  const narrow = github.token('ada', repository, 'write', { statuses: 'read' });
  expect(await refusal(octokitFor(github, narrow).repos.createCommitStatus(status))).toMatchObject({
    status: 403,
  });
  expect(await refusal(octokitFor(github, 'ghp_wrong').repos.get(at))).toMatchObject({
    status: 401,
    message: expect.stringContaining('Bad credentials'),
  });
  expect(await refusal(octokit.checks.create({ ...at, name: 'x', head_sha: head }))).toMatchObject({
    status: 403,
    message: expect.stringContaining('You must authenticate via a GitHub App'),
  });
});

test('a renamed repository goes on under its old name, and by its id', async () => {
  const { github, octokit, repository, head } = await smallWorld();
  await github.people.rename(repository, 'new-name');
  await github.people.transfer(repository, 'other-owner');
  const { data: found } = await octokit.repos.get(at);
  expect(found).toMatchObject({ id: repository.id, full_name: 'other-owner/new-name' });
  const { data: pulls } = await octokit.pulls.list(at);
  expect(pulls).toHaveLength(1);
  await octokit.repos.createCommitStatus({ ...at, sha: head, state: 'success', description: 'x' });
  const { status } = await octokit.request('GET /repositories/{id}', { id: repository.id });
  expect(status).toBe(200);
  expect(github.ledger.requests.map(({ outcome }) => outcome)).toEqual([
    301, 200, 301, 200, 307, 201, 200,
  ]);
  expect(github.ledger.transcript()).toEqual([`status ${head.slice(0, 7)} default success: x`]);
});
