import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { LimitKind } from '../doubles/github/limits.ts';
import { Repository } from '../doubles/repository.ts';
import { built } from '../doubles/scripted-ci.ts';
import { beginAtGitHub, type GitHubStory, openAtGitHub, short } from './github-story.ts';

const postStatus = 'POST /repos/{owner}/{repo}/statuses/{sha}';

/** Failed tries of one kind of effect, as the log tells them. */
function failuresOf(story: GitHubStory, type: string): { verdict: string }[] {
  return story.logged
    .map((line): { msg: string; type?: string; verdict: string } => JSON.parse(line))
    .filter((line) => line.msg === 'an effect failed' && line.type === type);
}

test('E1 what breaks is tried again, and a push that was done is not done twice', async () => {
  const story = await beginAtGitHub();
  const { github, ci } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  github.faults.add({ trouble: { kind: 'status', status: 502 }, on: 'git fetch', times: 2 });
  github.faults.add({ trouble: { kind: 'status', status: 500 }, on: postStatus });
  github.faults.add({ trouble: { kind: 'reset' }, on: postStatus });
  const { head } = await story.open('feature', base, { 'a.c': 'first' });
  await story.untilSo('the first status is there', () => story.repository.statuses.length === 1);
  await story.until(1, 'building');
  await story.settle();
  expect(failuresOf(story, 'head.fetch')).toHaveLength(2);
  expect(failuresOf(story, 'status.publish').map(({ verdict }) => verdict)).toEqual([
    'retry',
    'retry',
  ]);
  const build = await story.build(1);

  // Of each push the second request carries the commits: it is done, and then the connection breaks.
  const second = /^git push/g;
  second.lastIndex = 'git push'.length;
  github.faults.add({ trouble: { kind: 'reset' }, on: second, when: 'after' });
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const broken = github.ledger.requests.filter(
    ({ operation, outcome }) => operation === 'git push' && outcome === 'reset',
  );
  expect(broken.map(({ path }) => path)).toEqual(['/o/r.git/git-receive-pack']);
  expect(failuresOf(story, 'cache.record')).toEqual([]);
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    expect.stringMatching(`^status ${short(head)} orthrus success: `),
  ]);
});

test('E1 a status whose answer was lost is looked for before it is said again', async () => {
  const story = await beginAtGitHub();
  const { github } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  github.faults.add({ trouble: { kind: 'reset' }, on: postStatus, when: 'after' });
  const { head } = await story.open('feature', base, { 'a.c': 'first' });
  await story.untilSo('the status is known to be there', async () =>
    (await story.events(1)).some(({ data }) => data.type === 'status.published'),
  );
  await story.settle();
  expect(failuresOf(story, 'status.publish')).toHaveLength(1);
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test.each<LimitKind>(['429', 'secondary', 'primary'])(
  'E2 a rate limit (%s) holds up one token and nothing else',
  async (as) => {
    const root = mkdtempSync(join(tmpdir(), 'orthrus-here-'));
    onTestFinished(() => {
      rmSync(root, { recursive: true, force: true });
    });
    mkdirSync(join(root, 'git'));
    const here = new Repository(join(root, 'git'), 'p/q');
    const base = here.commit(null, { 'b.c': 'base' });
    here.push('refs/heads/main', base);
    const story = await beginAtGitHub({
      beside: {
        forges: { here: { kind: 'git', root: join(root, 'git') } },
        repositories: [{ forge: 'here', name: 'p/q', ci: 'ci', branches: [] }],
      },
    });
    const { github, ci } = story;
    const main = await story.pushMain({ 'a.c': 'base' });
    await story.start();
    github.faults.add({ trouble: { kind: 'limit', as, seconds: 600 }, on: postStatus });
    const { pull, head } = await story.open('feature', main, { 'a.c': 'first' });
    await story.settle();
    const calls = story.restCalls().length;

    // The pull request's own build goes on, and is recorded: git does not ask the API.
    const build = await story.build(1);
    ci.finish(build, built('app', 'one'));
    await story.until(1, 'reporting');
    expect(story.tip(1)).not.toBe(build.commit);
    // So does another forge's: from its head to its verdict.
    const other = here.commit(base, { 'b.c': 'first' });
    here.push('refs/pull/1/head', other);
    await story.look();
    const elsewhere = [...ci.builds.values()].find(({ request }) =>
      request.stream.startsWith('here:'),
    );
    if (elsewhere === undefined) throw new Error('the other forge waits');
    ci.finish(elsewhere.request, built('tool', 'one'));
    await story.untilSo('the other forge has its verdict', () =>
      (here.statuses(other)['orthrus'] ?? '').startsWith('success'),
    );
    // People may come and go, and time too: not a call before the deadline.
    await github.people.label(pull, 'large');
    story.world.advance(300_000);
    await story.look();
    await story.settle();
    expect(story.restCalls()).toHaveLength(calls);
    expect(story.statuses(head)).toEqual({});

    story.world.advance(310_000);
    await story.until(1, 'idle');
    await story.settle();
    expect(Object.keys(story.statuses(head))).toEqual(['orthrus']);
    expect(failuresOf(story, 'status.publish')[0]).toMatchObject({ verdict: 'hold' });
    expect(github.ledger.transcript()).toEqual([
      `push orthrus/pr-1 ${short(build.commit)}`,
      `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
      expect.stringMatching(`^status ${short(head)} orthrus success: `),
    ]);
  },
);

test('E2 G1 a process that starts before the deadline asks nothing before it', async () => {
  const story = await beginAtGitHub({ config: { reconcileEvery: '5m' } });
  const { github } = story;
  const main = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const { head } = await story.open('feature', main, { 'a.c': 'first' });
  await story.until(1, 'building');
  await story.settle();
  github.faults.add({
    trouble: { kind: 'limit', as: 'primary', seconds: 600 },
    on: 'GET /repos/{owner}/{repo}/pulls',
  });
  await story.look();
  const calls = story.restCalls().length;

  await story.stop();
  await story.start();
  await story.look();
  story.world.advance(300_000);
  await story.look();
  expect(story.restCalls()).toHaveLength(calls);

  story.world.advance(310_000);
  await story.look();
  expect(story.restCalls().length).toBeGreaterThan(calls);
  story.ci.finish(await story.build(1), built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  expect(story.statuses(head)).toMatchObject({ orthrus: expect.stringMatching(/^success/) });
  github.ledger.transcript();
});

test('E3 with a token that is void it is blocked with what to do, and goes on with a good one', async () => {
  const story = await beginAtGitHub();
  const { github } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const known = github.site.tokens.get(story.token);
  if (known === undefined) throw new Error('no token');
  github.revoke(story.token);
  const { head } = await story.open('feature', base, { 'a.c': 'first' });
  await story.until(1, 'blocked');
  await story.settle();
  const { blocked } = await story.context(1);
  expect(blocked?.code).toBe('denied');
  expect(blocked?.message).toMatch(/token/);
  expect(github.ledger.transcript()).toEqual([]);

  github.site.tokens.set(story.token, known);
  story.world.advance(3_600_000);
  await story.until(1, 'building');
  await story.settle();
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('E3 with a token that may only read it is blocked, says so, and goes on once it may write', async () => {
  const story = await beginAtGitHub();
  const { github } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const known = github.site.tokens.get(story.token);
  if (known?.kind !== 'personal') throw new Error('no token');
  const permissions = { contents: 'read', pull_requests: 'read', statuses: 'write' } as const;
  github.site.tokens.set(story.token, { ...known, permissions });
  const { head } = await story.open('feature', base, { 'a.c': 'first' });
  await story.until(1, 'blocked');
  await story.untilSo('its status says so', () => story.statuses(head)['orthrus'] !== undefined);
  await story.settle();
  expect(story.statuses(head)['orthrus']).toMatch(/^error: blocked: .*(permission|denied)/i);

  github.site.tokens.set(story.token, known);
  story.world.advance(3_600_000);
  await story.until(1, 'building');
  await story.settle();
  expect(github.ledger.transcript()).toEqual([
    expect.stringMatching(`^status ${short(head)} orthrus error: blocked: `),
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('E4 a status that GitHub will never take is in the log once, and the rest goes on', async () => {
  const { story, pull, head, build } = await openAtGitHub();
  const { ci, github } = story;
  const refusal = { kind: 'status', status: 422, message: 'Validation Failed' } as const;
  github.faults.add({ trouble: refusal, on: postStatus });
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const recorded = story.tip(1) ?? '';
  expect(failuresOf(story, 'status.publish').map(({ verdict }) => verdict)).toEqual(['give-up']);
  expect((await story.context(1)).verdict?.state).toBe('success');
  expect((await story.context(1)).statuses.map(({ delivery }) => delivery)).toEqual(['given-up']);

  story.world.advance(2000);
  const next = story.repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, next);
  await story.settle();
  expect(await story.state(1)).toBe('building');
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    `push orthrus/pr-1 ${short(recorded)}`,
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(next)} orthrus pending: building ${short(next)}`,
  ]);
});
