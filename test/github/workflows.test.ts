import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import type { Files } from '../doubles/repository.ts';
import type { HostedRepository, Pull } from '../doubles/github/state.ts';
import { beginAtGitHub, type GitHubStory, short } from './github-story.ts';

/** #1 by Eve, who may not write, from a fork of hers. */
async function openFromFork(files: Files): Promise<{
  story: GitHubStory;
  fork: HostedRepository;
  pull: Pull;
  head: string;
}> {
  const story = await beginAtGitHub();
  const { github } = story;
  const base = await story.pushMain({ 'a.c': 'base', '.github/workflows/ci.yml': 'on: push\n' });
  await story.start();
  const fork = await github.people.fork(story.repository, 'eve');
  const head = fork.git.commit(base, files);
  await github.people.push(fork, 'feature', head, 'eve');
  const pull = await github.people.open(story.repository, 'feature', { from: fork, by: 'eve' });
  await story.settle();
  expect(await story.state(1)).toBe('awaitingApproval');
  return { story, fork, pull, head };
}

/** The operator's call. */
async function approve(story: GitHubStory, head: string): Promise<void> {
  const response = await fetch(`${story.url}/api/pulls/github/o/r/1/approve`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer operator-token-of-the-story',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ head }),
  });
  expect(await response.json()).toMatchObject({ stream: story.stream(1) });
}

test("F6 an approved stranger's head that changes a workflow is refused with a reason, and never becomes a branch", async () => {
  const { story, fork, pull, head } = await openFromFork({
    '.github/workflows/evil.yml': 'on: push\n',
    'a.c': 'eve',
  });
  const { github, ci } = story;
  await approve(story, head);
  await story.until(1, 'blocked');
  await story.settle();
  expect((await story.context(1)).blocked?.code).toBe('runs-on-the-forge');
  expect(story.statuses(head)['orthrus']).toContain('.github/workflows/evil.yml');
  // To try again, by itself or by hand, is no way around it.
  story.world.advance(60_000);
  await story.settle();
  expect(await story.state(1)).toBe('blocked');
  expect(ci.calls).toEqual([]);
  expect(story.tip(1)).toBeNull();

  // A head without it can be approved.
  const base = story.repository.git.at('refs/heads/main');
  const clean = fork.git.commit(base, { 'a.c': 'eve' });
  story.world.advance(2000);
  await github.people.update(pull, clean, 'eve');
  await story.settle();
  expect(await story.state(1)).toBe('awaitingApproval');
  await approve(story, clean);
  await story.untilSo('its build is asked for', () => ci.builds.size === 1);
  await story.settle();
  const build = await story.build(1);
  expect(story.repository.git.parents(build.commit)).toEqual([clean]);
  expect(github.ledger.transcript()).toEqual([
    expect.stringMatching(`^status ${short(head)} orthrus pending: waits for the approval`),
    expect.stringMatching(`^status ${short(head)} orthrus error: blocked: it changes .github/`),
    expect.stringMatching(`^status ${short(clean)} orthrus pending: waits for the approval`),
    `push orthrus/pr-1 ${short(build.commit)}`,
    `status ${short(clean)} orthrus pending: building ${short(clean)}`,
  ]);
});

test('F6 a workflow that is changed, or deleted, is a change too; one that only the base has moved is none', async () => {
  const { story, fork, pull, head } = await openFromFork({
    '.github/workflows/ci.yml': 'on: push # and eve\n',
  });
  const { github, ci } = story;
  await approve(story, head);
  await story.until(1, 'blocked');
  const base = story.repository.git.at('refs/heads/main');
  const gone = fork.git.commit(base, { '.github/workflows/ci.yml': null, 'a.c': 'eve' });
  story.world.advance(2000);
  await github.people.update(pull, gone, 'eve');
  await story.settle();
  await approve(story, gone);
  await story.until(1, 'blocked');
  await story.settle();
  expect((await story.context(1)).blocked?.code).toBe('runs-on-the-forge');
  await story.pushMain({ '.github/workflows/ci.yml': 'on: [push, pull_request]\n' });
  const clean = fork.git.commit(base, { 'a.c': 'eve' });
  story.world.advance(2000);
  await github.people.update(pull, clean, 'eve');
  await story.settle();
  await approve(story, clean);
  await story.untilSo('its build is asked for', () => ci.builds.size === 1);
  await story.settle();
  const build = await story.build(1);
  ci.begin(build);
  ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const pushes = github.ledger.transcript().filter((line) => line.startsWith('push'));
  expect(pushes).toHaveLength(2);
  expect(pushes[0]).toBe(`push orthrus/pr-1 ${short(build.commit)}`);
});
