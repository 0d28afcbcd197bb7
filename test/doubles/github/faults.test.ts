import { expect, test } from 'vitest';
import { GitHubDouble } from './github-double.ts';
import { at, complaint, octokitFor, refusal, smallWorld, workplace } from './small-world.ts';

const posting = 'POST /repos/{owner}/{repo}/statuses/{sha}';

test('a request fails before or after it was carried out', async () => {
  const { github, octokit, repository, head } = await smallWorld();
  const say = (description: string) =>
    octokit.repos.createCommitStatus({ ...at, sha: head, state: 'pending', description });
  const fault = github.faults.add({
    on: posting,
    trouble: { kind: 'status', status: 502 },
    times: 2,
  });
  expect(await refusal(say('one'))).toMatchObject({ status: 502 });
  expect(await refusal(say('one'))).toMatchObject({ status: 502 });
  expect(fault.used).toBe(2);
  expect(repository.statuses).toHaveLength(0);
  github.faults.add({ on: posting, trouble: { kind: 'reset' }, when: 'after' });
  expect(await refusal(say('one'))).toMatchObject({ status: 500 });
  await octokit.repos.get(at);
  await say('two');
  expect(github.ledger.transcript()).toHaveLength(2);
  expect(github.ledger.requests.map(({ outcome }) => outcome)).toEqual([
    502,
    502,
    'reset',
    200,
    201,
  ]);
});

test('a request hangs until its patience ends', async () => {
  const { github, octokit } = await smallWorld();
  github.faults.add({ trouble: { kind: 'hang' } });
  const signal = AbortSignal.timeout(50);
  expect(await refusal(octokit.repos.get({ ...at, request: { signal } }))).toMatchObject({
    status: 500,
  });
  await octokit.repos.get(at);
});

test('a token that must wait is served nothing before its time, while others are', async () => {
  let now = Date.now();
  const { github, octokit, repository } = await smallWorld({ now: () => now });
  const get = () => octokit.repos.get(at);
  const limits = [
    { as: '429', status: 429, header: { 'retry-after': '30' } },
    { as: 'secondary', status: 403, header: { 'retry-after': '30' } },
    { as: 'primary', status: 403, header: { 'x-ratelimit-remaining': '0' } },
  ] as const;
  for (const { as, status, header } of limits) {
    now = Math.ceil(now / 1000) * 1000;
    github.faults.add({ trouble: { kind: 'limit', as, seconds: 30 } });
    const refused: unknown = await get().catch((error: unknown) => error);
    expect(refused).toMatchObject({ status, response: { headers: header } });
    if (as === 'primary')
      expect(refused).toMatchObject({
        response: { headers: { 'x-ratelimit-reset': String(now / 1000 + 30) } },
      });
    await octokitFor(github, github.token('bo', repository, 'read')).repos.get(at);
    now += 30_001;
    await get();
  }
  expect(github.problems()).toEqual([]);
});

test('a call before the deadline is found out', async () => {
  const { github, octokit } = await smallWorld();
  github.faults.add({ trouble: { kind: 'limit', as: '429', seconds: 60 } });
  await refusal(octokit.repos.get(at));
  await refusal(octokit.repos.get(at));
  expect(github.problems()).toEqual([
    "called before a rate limit's deadline: GET /repos/{owner}/{repo} by orthrus-bot",
  ]);
  github.ledger.early.length = 0;
});

test('a token that is refused for good, and taken again', async () => {
  const { github, octokit, token } = await smallWorld();
  const fault = github.faults.add({
    token,
    times: Infinity,
    trouble: { kind: 'status', status: 403, message: 'Resource not accessible' },
  });
  for (let time = 0; time < 3; time += 1)
    expect(await refusal(octokit.repos.get(at))).toMatchObject({ status: 403 });
  fault.end();
  await octokit.repos.get(at);
});

test('git fails too, before or after the push was done', async () => {
  const { github, token, repository, base } = await smallWorld();
  const { git } = await workplace(token);
  const url = `${github.url}/o/r.git`;
  github.faults.add({ on: 'git refs', trouble: { kind: 'status', status: 503 } });
  expect(await complaint(git('fetch', url, 'main'))).toContain('503');
  await git('fetch', '--quiet', url, 'main');
  const push = () => git('push', '--quiet', url, 'FETCH_HEAD:refs/heads/one');
  github.faults.add({ on: 'git push', trouble: { kind: 'reset' } });
  expect(await complaint(push())).toContain('the remote end hung up');
  expect(repository.git.at('refs/heads/one')).toBeNull();
  github.faults.add({ on: 'git push', trouble: { kind: 'reset' }, when: 'after' });
  expect(await complaint(push())).toContain('the remote end hung up');
  expect(repository.git.at('refs/heads/one')).toBe(base);
  expect(github.ledger.transcript()).toEqual([`push one ${base.slice(0, 7)}`]);
});

test('what nothing serves, breaks the description or was accounted for by nobody fails a test', async () => {
  const github = new GitHubDouble();
  await github.start();
  const repository = github.repository('o/r');
  const commit = repository.git.commit(null, { 'a.c': '1' });
  await github.people.push(repository, 'main', commit);
  const octokit = octokitFor(github, github.token('o'));
  await refusal(octokit.issues.get({ ...at, issue_number: 1 }));
  await octokit.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
    ...at,
    sha: commit,
    state: 'success',
    descriptoin: 'typo',
  });
  expect(github.problems()).toEqual([
    `${posting}: body: there is no field descriptoin`,
    'nothing serves GET /repos/o/r/issues/1',
    `nobody accounted for: status ${commit.slice(0, 7)} default success: `,
  ]);
  await github.stop();
});
