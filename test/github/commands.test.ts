import { expect, test } from 'vitest';
import { built, storePathOf } from '../doubles/scripted-ci.ts';
import { type GitHubStory, openAtGitHub, short } from './github-story.ts';

/** #1, built, its verdict reported, and a second gone by. */
async function builtAtGitHub(): Promise<Awaited<ReturnType<typeof openAtGitHub>>> {
  const opened = await openAtGitHub();
  const { story, build } = opened;
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  story.world.advance(2000);
  return opened;
}

/** What was done to GitHub since the verdict: the first push, its status, the cache, the verdict. */
const since = (story: GitHubStory): string[] => story.github.ledger.transcript().slice(4);

test('C10 `/orthrus rebuild` by somebody who may write builds the same head again, once', async () => {
  const { story, pull, head } = await builtAtGitHub();
  const { github, ci } = story;
  await github.people.comment(pull, 'Once more:\n\n/orthrus rebuild', 'ada');
  const comment = github.deliveries.all.findLast(({ event }) => event === 'issue_comment');
  await story.settle();
  // GitHub may deliver it twice.
  if (comment !== undefined) await github.deliveries.redeliver(comment);
  await story.settle();
  expect(await story.state(1)).toBe('building');
  expect(ci.builds.size).toBe(2);
  const tip = story.tip(1) ?? '';
  expect(story.repository.git.show(tip, 'cache.nix')).toContain(storePathOf('one', 'app', 'cache'));
  expect(since(story)).toEqual([
    'reaction +1 #1: Once more:\n\n/orthrus rebuild',
    `push orthrus/pr-1 ${short(tip)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('C10 `/orthrus rebuild cold` builds it without its cache', async () => {
  const { story, pull, head } = await builtAtGitHub();
  await story.github.people.comment(pull, '/orthrus rebuild cold', 'ada');
  await story.settle();
  expect(await story.state(1)).toBe('building');
  const tip = story.tip(1) ?? '';
  expect(story.repository.git.show(tip, 'cache.nix')).toBe('null\n');
  expect(since(story)).toEqual([
    'reaction +1 #1: /orthrus rebuild cold',
    `push orthrus/pr-1 ${short(tip)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('`/orthrus status` is answered by where it stands, once', async () => {
  const { story, pull, head } = await builtAtGitHub();
  const { github } = story;
  await github.people.comment(pull, '/orthrus status', 'ada');
  const comment = github.deliveries.all.findLast(({ event }) => event === 'issue_comment');
  await story.settle();
  if (comment !== undefined) await github.deliveries.redeliver(comment);
  await story.settle();
  const [answer = '', ...more] = since(story);
  expect(more).toEqual([]);
  expect(answer).toMatch(
    new RegExp(`^comment #1: \`${short(head)}\`: success: \`.*cold; 1 of 1 job`),
  );
  expect(answer).toContain('Nothing is waited for.');
  expect(answer).toContain('](https://ci.example.org/pulls/github/o/r/1)');
});

test('F1 commands by people who may not write, or half understood, do nothing', async () => {
  const { story, pull } = await builtAtGitHub();
  const { people } = story.github;
  const { version } = await story.service.engine.state(story.stream(1));
  story.github.grant(story.repository, 'reader', 'read');
  await people.comment(pull, '/orthrus rebuild', 'reader');
  await people.comment(pull, '/orthrus status', 'stranger');
  await story.settle();
  const kept = await story.service.engine.state(story.stream(1));
  expect(await story.state(1)).toBe('idle');
  // Each is given and refused, and that is all.
  expect(kept.version).toBe(version + 4);
  await people.comment(pull, '/orthrus rebuild everything', 'ada');
  await people.comment(pull, '/orthrus approve all', 'ada');
  await people.comment(pull, '```\n/orthrus rebuild\n```', 'ada');
  await people.comment(pull, '> /orthrus rebuild', 'ada');
  await story.settle();
  expect((await story.service.engine.state(story.stream(1))).version).toBe(kept.version);
  expect(story.ci.builds.size).toBe(1);
  expect(since(story)).toEqual([
    'reaction -1 #1: /orthrus rebuild',
    'reaction -1 #1: /orthrus status',
  ]);
});
