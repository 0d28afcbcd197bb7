import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { beginAtGitHub, type GitHubStory, short } from './github-story.ts';

const postStatus = 'POST /repos/{owner}/{repo}/statuses/{sha}';

async function eventCount(story: GitHubStory): Promise<number> {
  return (await story.service.log.db.selectFrom('events').select('position').execute()).length;
}

test('E3 statuses that the token may not write are said once it may, each once, and cost one call a round till then', async () => {
  const story = await beginAtGitHub();
  const { github, ci } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const known = github.site.tokens.get(story.token);
  if (known?.kind !== 'personal') throw new Error('no token');
  const permissions = { contents: 'write', pull_requests: 'read', statuses: 'read' } as const;
  github.site.tokens.set(story.token, { ...known, permissions });
  const first = await story.open('first', base, { 'a.c': 'first' });
  await story.until(1, 'building');
  await story.settle();
  ci.finish(await story.build(1), built('app', 'one'));
  await story.until(1, 'idle');
  const second = await story.open('second', base, { 'a.c': 'second' });
  await story.until(2, 'building');
  await story.settle();

  const [events, calls] = [await eventCount(story), story.github.ledger.requests.length];
  await story.look();
  await story.look();
  expect(await eventCount(story)).toBe(events);
  expect(story.restCalls(calls).filter((call) => call === postStatus)).toHaveLength(2);
  expect(story.logged.join('')).toContain('statuses=write');
  expect(story.repository.statuses).toEqual([]);

  github.site.tokens.set(story.token, known);
  await story.look();
  await story.untilSo('both heads have their status', () =>
    [first, second].every(({ head }) => story.statuses(head)['orthrus'] !== undefined),
  );
  await story.look();
  await story.settle();
  const told = github.ledger.transcript().filter((line) => line.startsWith('status '));
  expect(told).toHaveLength(2);
  expect(story.statuses(first.head)['orthrus']).toMatch(/^success: /);
  expect(story.statuses(second.head)['orthrus']).toMatch(/^pending: /);
  expect((await story.context(1)).statuses.map(({ delivery }) => delivery)).toEqual(['published']);
});

test('E3 a push that may not be made is blocked with the permission that is missing, and goes on when it is given', async () => {
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
  const blocked = story.statuses(head)['orthrus'];
  expect(blocked).toContain('the token needs the permission Contents: write on o/r');

  github.site.tokens.set(story.token, known);
  github.protect(story.repository, 'orthrus/*');
  story.world.advance(3_600_000);
  await story.untilSo('the branch protection is told', () =>
    (story.statuses(head)['orthrus'] ?? '').includes('a branch protection covers it'),
  );
  await story.until(1, 'blocked');
  await story.settle();
  story.repository.protections.clear();
  story.world.advance(3_600_000);
  await story.until(1, 'building');
  await story.settle();
  expect(github.ledger.transcript()).toEqual([
    `status ${short(head)} orthrus ${blocked}`,
    expect.stringContaining('orthrus error: blocked: the push of orthrus/pr-1 was refused: '),
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});
