import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { built, storePathOf } from '../doubles/scripted-ci.ts';
import { beginAtGitHub, short } from './github-story.ts';
import { byStranger, isMirrored, waits } from './stranger.ts';

test('F1 a stranger’s head waits, and nothing of it is fetched, pushed, built or kept before it is approved', async () => {
  const { story, pull, head } = await byStranger();
  const { ci, github } = story;
  expect(await story.state(1)).toBe('awaitingApproval');
  await story.look();
  await github.people.comment(pull, '/orthrus approve', 'mallory');
  await github.people.comment(pull, '/orthrus rebuild', 'eve');
  await github.people.comment(pull, 'please approve', 'ada');
  await story.settle();
  expect(await story.state(1)).toBe('awaitingApproval');
  expect(isMirrored(story, head)).toBe(false);
  expect(ci.builds.size).toBe(0);
  expect(ci.kept.size).toBe(0);
  const { cache, overlays } = await story.context(1);
  expect({ cache, overlays }).toEqual({ cache: {}, overlays: [] });
  expect(github.ledger.transcript()).toEqual([
    `status ${short(head)} orthrus pending: ${waits}`,
    'reaction -1 #1: /orthrus approve',
    'reaction -1 #1: /orthrus rebuild',
  ]);

  await github.people.comment(pull, '/orthrus approve', 'ada');
  await story.settle();
  expect(await story.state(1)).toBe('building');
  const overlay = story.tip(1) ?? '';
  expect(isMirrored(story, head)).toBe(true);
  expect(story.repository.git.parents(overlay)).toEqual([head]);
  const build = await story.build(1);
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  expect(github.ledger.transcript().slice(3)).toEqual([
    'reaction +1 #1: /orthrus approve',
    `push orthrus/pr-1 ${short(overlay)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    expect.stringMatching(`^status ${short(head)} orthrus success: `),
  ]);
});

test('F1 an operator approves exactly one head', async () => {
  const { story, base, head } = await byStranger();
  const approve = async (commit: string, token: string): Promise<number> => {
    const answer = await fetch(`${story.url}/api/pulls/github/o/r/1/approve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ head: commit }),
    });
    await story.settle();
    return answer.status;
  };
  expect(await approve(head, 'a guess')).toBe(401);
  expect(await approve(base, 'operator-token-of-the-story')).toBe(202);
  expect(await story.state(1)).toBe('awaitingApproval');
  expect(isMirrored(story, head)).toBe(false);
  expect(await approve(head, 'operator-token-of-the-story')).toBe(202);
  expect(await story.state(1)).toBe('building');
  expect(story.github.ledger.transcript()).toEqual([
    `status ${short(head)} orthrus pending: ${waits}`,
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('F1 an approval that is older than the newest head is for nothing; one that names the head counts', async () => {
  const { story, fork, pull, head } = await byStranger();
  const { github } = story;
  github.deliveries.hold(({ event }) => event === 'issue_comment');
  await github.people.comment(pull, '/orthrus approve', 'ada');
  story.world.advance(2000);
  const next = fork.git.commit(head, { 'a.c': 'something else' });
  await github.people.update(pull, next);
  await story.settle();
  await github.deliveries.flow();
  await story.settle();
  expect(await story.state(1)).toBe('awaitingApproval');
  expect(isMirrored(story, next)).toBe(false);
  const named = `/orthrus approve ${short(next)}`;
  await github.people.comment(pull, named, 'ada');
  await story.settle();
  expect(await story.state(1)).toBe('building');
  expect(github.ledger.transcript()).toEqual([
    `status ${short(head)} orthrus pending: ${waits}`,
    expect.stringMatching(`^status ${short(head)} orthrus error: `),
    `status ${short(next)} orthrus pending: ${waits}`,
    expect.stringContaining(`To approve that one, say \`${named}\``),
    'reaction confused #1: /orthrus approve',
    `reaction +1 #1: ${named}`,
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(next)} orthrus pending: building ${short(next)}`,
  ]);
});

test('F2 a new head waits again, and the build of the approved one is ended', async () => {
  const { story, fork, pull, head } = await byStranger();
  const { github, ci } = story;
  await github.people.comment(pull, '/orthrus approve', 'ada');
  await story.settle();
  const overlay = story.tip(1) ?? '';
  story.world.advance(2000);
  const next = fork.git.commit(head, { 'a.c': 'something else' });
  await github.people.update(pull, next);
  await story.settle();
  expect(await story.state(1)).toBe('awaitingApproval');
  expect(isMirrored(story, next)).toBe(false);
  expect(story.tip(1)).toBe(overlay);
  expect(ci.calls).toEqual([`start ${short(overlay)}.1`, `cancel ${short(overlay)}.1`]);
  expect(github.ledger.transcript()).toEqual([
    `status ${short(head)} orthrus pending: ${waits}`,
    'reaction +1 #1: /orthrus approve',
    `push orthrus/pr-1 ${short(overlay)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    expect.stringMatching(`^status ${short(head)} orthrus error: `),
    `status ${short(next)} orthrus pending: ${waits}`,
  ]);
});

test('F2 after one approval the later heads of an author who may write are built', async () => {
  const story = await beginAtGitHub();
  const { github } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const fork = await github.people.fork(story.repository, 'ada');
  const head = fork.git.commit(base, { 'a.c': 'one' });
  await github.people.push(fork, 'feature', head, 'ada');
  const pull = await github.people.open(story.repository, 'feature', { from: fork, by: 'ada' });
  await story.settle();
  expect(await story.state(1)).toBe('awaitingApproval');
  story.world.advance(2000);
  await github.people.comment(pull, '/orthrus approve', 'ada');
  await story.settle();
  story.world.advance(2000);
  const next = fork.git.commit(head, { 'a.c': 'two' });
  await github.people.update(pull, next);
  await story.settle();
  expect(await story.state(1)).toBe('building');
  expect(github.ledger.transcript(({ kind }) => kind === 'push')).toHaveLength(2);
  expect(story.statuses(next)).toEqual({ orthrus: `pending: building ${short(next)}` });
  github.ledger.transcript();
});

test('F4 H3 what a pull request left that is not approved seeds no other one, what is not merged only one on top of it', async () => {
  const { story, base, head } = await byStranger();
  const { ci, github } = story;
  const first = await story.open('first', base, { 'a.c': 'first' });
  await story.settle();
  ci.finish(await story.build(2), built('app', 'first'));
  await story.until(2, 'idle');
  expect(story.repository.git.show(story.tip(2) ?? '', 'cache.nix')).toContain(
    storePathOf('first', 'app', 'cache'),
  );
  // On top of it, and on top of the stranger's own commits.
  await story.open('second', first.head, { 'b.c': 'second' });
  await story.open('third', head, { 'b.c': 'third' });
  await story.settle();
  const carriedBy = (number: number): string =>
    story.repository.git.show(story.tip(number) ?? '', 'cache.nix');
  // By people who may write both: that is what H3 allows.
  expect(carriedBy(3)).toContain(storePathOf('first', 'app', 'cache'));
  expect(carriedBy(4)).toBe('null\n');
  expect(await story.state(1)).toBe('awaitingApproval');
  const pushed = github.ledger.transcript(({ kind }) => kind === 'push');
  expect(pushed.map((line) => line.split(' ')[1])).toEqual([
    'orthrus/pr-2',
    'orthrus/pr-2',
    'orthrus/pr-3',
    'orthrus/pr-4',
  ]);
  github.ledger.transcript();
});

test('F5 hostile names are text: in the cache file, on the page, in what is said at GitHub', async () => {
  const story = await beginAtGitHub();
  const { github, ci } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const branch = '$(touch${IFS}pwned);`id`|<script>alert(1)</script>"\'&';
  const hostileBase = '--upload-pack=touch${IFS}pwned';
  await github.people.push(story.repository, `refs/heads/${hostileBase}`, base);
  const head = story.repository.git.commit(base, { 'a.c': 'first' });
  await github.people.push(story.repository, `refs/heads/${branch}`, head, 'ada');
  const title = '<img src=x onerror=alert(1)> ${builtins.abort "no"}';
  const pull = await github.people.open(story.repository, branch, {
    by: 'ada',
    title,
    base: hostileBase,
  });
  await story.settle();
  const job = 'a"; ${builtins.abort "no"} </script><script>alert(2)</script>`@everyone`';
  ci.finish(await story.build(1), built(job, 'one'), {
    ...built('../../etc', 'two'),
    state: 'failure',
    error: '<script>alert(3)</script>',
  });
  await story.until(1, 'idle');
  for (const said of [
    '/orthrus rebuild; touch pwned',
    '/orthrus approve $(touch pwned)',
    '/orthrus status',
  ])
    await github.people.comment(pull, said, 'ada');
  await story.settle();
  const page = await (await fetch(`${story.url}/pulls/github/o/r/1`)).text();
  expect(page).toContain('&lt;img src=x onerror=alert(1)>');
  expect(page).not.toMatch(/<img src=x|<script>alert/);
  const cache = story.repository.git.show(story.tip(1) ?? '', 'cache.nix');
  expect(cache).toContain('"a\\"; \\${builtins.abort \\"no\\"}');
  expect(cache).not.toMatch(/[^\\]\$\{/);
  expect(readFileSync(join(story.directory, 'token'), 'utf8')).toBe(story.token);
  const told = github.ledger.transcript();
  expect(told.slice(0, -1)).toEqual([
    `push orthrus/pr-1 ${short((await story.build(1)).commit)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    expect.stringMatching(/^status [0-9a-f]{7} orthrus\/.* failure: /),
    expect.stringMatching(`^status ${short(head)} orthrus failure: `),
  ]);
  // Names of jobs stand as code, so that they call nobody and link nowhere.
  expect(told.at(-1)).toMatch(/^comment #1: `[0-9a-f]{7}`: failure: `[^`]+`\. Nothing/);
});
