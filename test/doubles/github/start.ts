import { expect, onTestFinished } from 'vitest';
import { GitHubDouble, type GitHubOptions } from './github-double.ts';

/** A GitHub that ends with its test, and fails a test that passed but left something unaccounted for. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubDouble> {
  const github = new GitHubDouble(options);
  await github.start();
  onTestFinished(async ({ task }) => {
    await github.stop();
    if (task.result?.state !== 'fail') expect(github.problems()).toEqual([]);
  });
  return github;
}
