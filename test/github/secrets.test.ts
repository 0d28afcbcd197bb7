import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { beginAtGitHub, callbackSecret, type GitHubStory, webhookSecret } from './github-story.ts';

const operatorToken = 'operator-token-of-the-story';
const postStatus = 'POST /repos/{owner}/{repo}/statuses/{sha}';
/** Where the story keeps the secrets that the configuration names. */
const kept = new Set(['token', 'key.pem', 'webhook-secret', 'operator-token']);

/** Every secret there is, those that were made while the service ran too. */
function secretsOf(story: GitHubStory): string[] {
  const key = (story.app?.privateKey ?? '').split('\n').filter((line) => /^[^-]{16}/.test(line));
  const tokens = [...story.github.site.tokens.keys()];
  return [story.token, ...tokens, ...key, webhookSecret, callbackSecret, operatorToken].flatMap(
    (secret) => [secret, Buffer.from(`x-access-token:${secret}`).toString('base64')],
  );
}

/** All that the service wrote on the disk: path to content. */
function filesBelow(directory: string): [string, Buffer][] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !kept.has(basename(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path)]);
}

async function tellResult(story: GitHubStory, commit: string, secret: string): Promise<string> {
  const { name, state, drv, outputs, url } = built('app', 'one');
  const job = { name, state, drv, outputs, url };
  const body = JSON.stringify({ repository: 'o/r', commit, jobs: [job], complete: true });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const answer = await fetch(`${story.url}/ci/ci`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-orthrus-signature-256': `sha256=${signature}`,
    },
    body,
  });
  return answer.text();
}

test.each(['token', 'app'] as const)(
  'F3 after a run with all that can fail, no secret stands anywhere (%s)',
  async (as) => {
    process.env['ORTHRUS_TEST_CALLBACK'] = callbackSecret;
    const story = await beginAtGitHub({
      as,
      ci: { config: { kind: 'generic', callbackSecret: { env: 'ORTHRUS_TEST_CALLBACK' } } },
    });
    const { github } = story;
    const base = await story.pushMain({ 'a.c': 'base' });
    await story.start();
    github.faults.add({ trouble: { kind: 'status', status: 401 }, on: 'git fetch' });
    github.faults.add({ trouble: { kind: 'status', status: 403 }, on: 'git push' });
    github.faults.add({ trouble: { kind: 'status', status: 401 }, on: postStatus, times: 2 });
    github.faults.add({ trouble: { kind: 'status', status: 502 }, on: postStatus });
    github.faults.add({ trouble: { kind: 'reset' }, on: postStatus });
    const { pull } = await story.open('feature', base, { 'a.c': 'first' });
    await story.until(1, 'blocked');
    await story.settle();
    story.world.advance(3_600_000);
    await story.until(1, 'building');
    await story.settle();
    const { commit } = await story.build(1);
    const answers = [
      await tellResult(story, commit, 'a guess'),
      await tellResult(story, commit, callbackSecret),
    ];
    await story.until(1, 'idle');
    await story.settle();
    github.protect(story.repository, 'orthrus/*');
    await github.people.comment(pull, '/orthrus rebuild cold', 'ada');
    await story.until(1, 'blocked');
    await story.settle();
    await github.people.comment(pull, '/orthrus status', 'ada');
    await story.settle();

    const ask = async (path: string, init: RequestInit = {}): Promise<void> => {
      answers.push(await (await fetch(`${story.url}${path}`, init)).text());
    };
    await ask('/');
    await ask('/pulls/github/o/r/1');
    await ask('/api/pulls');
    await ask('/api/pulls/github/o/r/1');
    await ask('/api/pulls/github/o/r/1/events');
    await ask('/metrics');
    await ask('/healthz');
    await ask('/readyz');
    const json = { 'content-type': 'application/json' };
    await ask('/webhooks/github', { method: 'POST', headers: json, body: '{}' });
    await ask('/api/reconcile', { method: 'POST', headers: json, body: '{}' });
    const authorization = `Bearer ${operatorToken}`;
    await ask('/api/pulls/github/o/r/1/approve', {
      method: 'POST',
      headers: { ...json, authorization },
      body: '{"head": 1}',
    });

    const { statuses, comments, checkRuns } = story.repository;
    const places: [string, Buffer][] = [
      ['the log', Buffer.from(story.logged.join(''))],
      ['an answer', Buffer.from(answers.join('\n'))],
      ['GitHub', Buffer.from(JSON.stringify([statuses, comments.map(({ body }) => body)]))],
      ['check runs', Buffer.from(JSON.stringify(checkRuns.map(({ output }) => output)))],
      ...filesBelow(story.directory),
    ];
    expect(story.logged.length).toBeGreaterThan(10);
    expect(answers.join('')).toContain('orthrus');
    expect(places.some(([path]) => path.endsWith('orthrus.db'))).toBe(true);
    expect(places.some(([path]) => path.includes('/mirrors/'))).toBe(true);
    const secrets = secretsOf(story);
    if (as === 'app') expect(secrets.some((secret) => secret.startsWith('ghs_'))).toBe(true);
    const leaks = places.flatMap(([path, content]) =>
      secrets.filter((secret) => content.includes(secret)).map((secret) => `${secret} in ${path}`),
    );
    expect(leaks).toEqual([]);
    const told = github.ledger.transcript();
    expect(told.some((line) => line.includes(' orthrus success: '))).toBe(true);
  },
);
