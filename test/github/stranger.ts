import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { HostedRepository, Pull } from '../doubles/github/state.ts';
import { beginAtGitHub, type GitHubStory, type GitHubStoryOptions } from './github-story.ts';

export const waits = 'waits for the approval of somebody who may write to the repository';

export interface Stranger {
  readonly story: GitHubStory;
  readonly fork: HostedRepository;
  readonly pull: Pull;
  readonly base: string;
  readonly head: string;
}

/** #1 by Eve, who may not write, from her fork. */
export async function byStranger(options: GitHubStoryOptions = {}): Promise<Stranger> {
  const story = await beginAtGitHub(options);
  const { people } = story.github;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const fork = await people.fork(story.repository, 'eve');
  const head = fork.git.commit(base, { 'a.c': 'by eve' });
  await people.push(fork, 'feature', head, 'eve');
  const pull = await people.open(story.repository, 'feature', { from: fork, by: 'eve' });
  await story.settle();
  // GitHub's clock has seconds: what is said next is said after the head.
  story.world.advance(2000);
  return { story, fork, pull, base, head };
}

/** Whether the mirror holds a commit. */
export function isMirrored(story: GitHubStory, commit: string): boolean {
  const mirror = join(story.config.stateDir, 'mirrors', 'github', `${story.repository.id}.git`);
  try {
    execFileSync('git', ['-C', mirror, 'cat-file', '-e', commit], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
