import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { at, complaint, refusal, smallWorld, workplace } from './small-world.ts';

test('git clones and pushes with a token, and only with one', async () => {
  const { github, token, head, octokit } = await smallWorld();
  const { git } = await workplace(token);
  const url = `${github.url}/o/r.git`;
  await git('fetch', '--quiet', '--filter=tree:0', url, 'refs/pull/1/head');
  expect((await git('rev-parse', 'FETCH_HEAD')).stdout.trim()).toBe(head);
  await git('fetch', '--quiet', '--filter=tree:0', url, head);
  await git('checkout', '--quiet', head);
  await git('commit', '--quiet', '--allow-empty', '--message', 'more');
  const commit = (await git('rev-parse', 'HEAD')).stdout.trim();
  await git('push', '--quiet', url, 'HEAD:refs/heads/orthrus/pr-1');
  const { data } = await octokit.git.getRef({ ...at, ref: 'heads/orthrus/pr-1' });
  expect(data.object.sha).toBe(commit);
  await git('push', '--quiet', url, ':refs/heads/orthrus/pr-1');
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${commit.slice(0, 7)}`,
    'push orthrus/pr-1 gone',
  ]);

  const stranger = await workplace(null);
  expect(await complaint(stranger.git('ls-remote', url))).toContain('could not read Username');
  const wrong = await workplace('ghp_wrong');
  expect(await complaint(wrong.git('ls-remote', url))).toContain('Authentication failed');
  const eve = await workplace(github.token('eve'));
  expect(await complaint(eve.git('ls-remote', url))).toContain('not found');
  await git('fetch', '--quiet', `${github.url}/o/r`, 'main');
});

test('who may read but not write is told so', async () => {
  const { github, repository } = await smallWorld();
  const { git } = await workplace(github.token('bo', repository, 'read'));
  const url = `${github.url}/o/r.git`;
  await git('fetch', '--quiet', url, 'main');
  expect(await complaint(git('push', url, 'FETCH_HEAD:refs/heads/mine'))).toContain(
    'Permission to o/r.git denied to bo.',
  );
});

test('a big push, in pieces, arrives whole', async () => {
  const { github, token } = await smallWorld();
  const { git, directory } = await workplace(token);
  const url = `${github.url}/o/r.git`;
  await git('fetch', '--quiet', url, 'main');
  await git('checkout', '--quiet', 'FETCH_HEAD');
  writeFileSync(join(directory, 'big'), randomBytes(3_000_000));
  await git('add', 'big');
  await git('commit', '--quiet', '--message', 'big');
  await git('push', '--quiet', url, 'HEAD:refs/heads/big');
  expect(github.ledger.transcript()).toEqual([expect.stringMatching(/^push big /)]);
});

test('protected branches, the merge queue’s, and refs/pull refuse a push', async () => {
  const { github, token, repository, base, head } = await smallWorld();
  github.protect(repository, 'release/*', 'You are not authorized to push to this branch');
  const { git } = await workplace(token);
  const url = `${github.url}/o/r.git`;
  await git('fetch', '--quiet', url, 'feature');
  const push = (ref: string) => complaint(git('push', url, `FETCH_HEAD:${ref}`));
  const refused = await push('refs/heads/release/1');
  expect(refused).toContain(
    'remote: error: GH006: Protected branch update failed for refs/heads/release/1.',
  );
  expect(refused).toContain('remote: error: You are not authorized to push to this branch');
  expect(refused).toContain('(protected branch hook declined)');
  expect(await push('refs/heads/gh-readonly-queue/main/pr-1-x')).toContain('GH006');
  expect(await push('refs/pull/2/head')).toContain('deny updating a hidden ref');
  const lease = `--force-with-lease=refs/heads/main:${head}`;
  expect(await complaint(git('push', lease, url, 'FETCH_HEAD:refs/heads/main'))).toContain(
    'stale info',
  );
  expect(repository.git.at('refs/heads/main')).toBe(base);
});

test('a branch of the pull request moves it, whoever pushes', async () => {
  const { github, token, repository, head, octokit } = await smallWorld();
  const { git } = await workplace(token);
  const url = `${github.url}/o/r.git`;
  await git('fetch', '--quiet', url, 'feature');
  await git('checkout', '--quiet', head);
  await git('commit', '--quiet', '--allow-empty', '--message', 'fixup');
  await git('push', '--quiet', url, 'HEAD:refs/heads/feature');
  const { data: pull } = await octokit.pulls.get({ ...at, pull_number: 1 });
  expect(pull.head.sha).toBe((await git('rev-parse', 'HEAD')).stdout.trim());
  expect(repository.git.at('refs/pull/1/head')).toBe(pull.head.sha);
  expect(github.ledger.transcript()).toHaveLength(1);
});

test('a fork’s head is in refs/pull, and stays when the fork is gone', async () => {
  const { github, token, repository, base, octokit } = await smallWorld();
  const fork = await github.people.fork(repository, 'eve');
  const commit = fork.git.commit(base, { 'a.c': 'from afar' });
  await github.people.push(fork, 'patch', commit);
  await github.people.open(repository, 'patch', { from: fork });
  const { data: there } = await octokit.pulls.get({ ...at, pull_number: 2 });
  expect(there).toMatchObject({
    user: { login: 'eve' },
    author_association: 'NONE',
    head: { label: 'eve:patch', sha: commit, repo: { id: fork.id, fork: true } },
  });
  await github.people.deleteRepository(fork);
  const { data: alone } = await octokit.pulls.get({ ...at, pull_number: 2 });
  expect(alone).toMatchObject({ state: 'open', head: { sha: commit, repo: null } });
  const { git } = await workplace(token);
  await git('fetch', '--quiet', `${github.url}/o/r.git`, 'refs/pull/2/head');
  expect((await git('rev-parse', 'FETCH_HEAD')).stdout.trim()).toBe(commit);
});

test('git follows a rename, for fetching and pushing', async () => {
  const { github, token, repository } = await smallWorld();
  await github.people.rename(repository, 'new-name');
  const { git } = await workplace(token);
  const url = `${github.url}/o/r.git`;
  await git('fetch', '--quiet', url, 'main');
  expect(github.ledger.requests.map(({ outcome }) => outcome)).toContain(301);
  await git('push', '--quiet', url, 'FETCH_HEAD:refs/heads/copy');
  expect(github.ledger.transcript()).toHaveLength(1);
});

test('a commit that webhooks know and nobody else yet', async () => {
  const { github, token, repository, head, pull, octokit } = await smallWorld();
  const next = repository.git.commit(head, { 'a.c': '3' });
  const show = github.hide(next);
  await github.people.update(pull, next);
  const { git } = await workplace(token);
  const url = `${github.url}/o/r.git`;
  expect(await complaint(git('fetch', url, next))).toContain('not our ref');
  expect(await complaint(git('fetch', url, 'refs/pull/1/head'))).toContain(
    "couldn't find remote ref",
  );
  const { data: stale } = await octokit.pulls.get({ ...at, pull_number: 1 });
  expect(stale.head.sha).toBe(head);
  const status = () => octokit.repos.createCommitStatus({ ...at, sha: next, state: 'pending' });
  expect(await refusal(status())).toMatchObject({ status: 422 });
  expect(await refusal(octokit.git.getRef({ ...at, ref: 'heads/feature' }))).toMatchObject({
    status: 404,
  });
  show();
  await git('fetch', '--quiet', url, next, 'refs/pull/1/head');
  await status();
  expect(github.ledger.transcript()).toHaveLength(1);
});
