import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { newToken } from '../doubles/github/app-registry.ts';
import type { Pull } from '../doubles/github/state.ts';
import {
  beginAtGitHub,
  callbackSecret,
  type GitHubStory,
  type GitHubStoryOptions,
} from '../github/github-story.ts';

/** A CI that builds what is pushed, and tells the service, or GitHub, by itself. */
export class GenericStory {
  readonly at: GitHubStory;
  readonly #token: string;

  constructor(at: GitHubStory) {
    this.at = at;
    const { github, repository } = at;
    const installation = github.install(github.app({ slug: 'other-ci' }), repository);
    this.#token = newToken('ghs');
    github.site.tokens.set(this.#token, {
      kind: 'installation',
      installation,
      permissions: installation.app.permissions,
      repositories: new Set([repository.id]),
      expires: Number.POSITIVE_INFINITY,
    });
  }

  /** Tells the service by `POST /ci/ci`. */
  async tell(
    message: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; body: unknown }> {
    const body = typeof message === 'string' ? message : JSON.stringify(message);
    const signature = createHmac('sha256', callbackSecret).update(body).digest('hex');
    const response = await fetch(`${this.at.url}/ci/ci`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-orthrus-signature-256': `sha256=${signature}`,
        ...headers,
      },
    });
    const answer = { status: response.status, body: await response.json() };
    await this.at.settle();
    return answer;
  }

  /** Tells GitHub by a commit status, of which GitHub tells the service. */
  async status(
    commit: string,
    context: string,
    state: 'pending' | 'success' | 'failure' | 'error',
  ): Promise<void> {
    await this.#ask('POST', `statuses/${commit}`, {
      context,
      state,
      description: `${context} is ${state}`,
    });
  }

  /** Tells GitHub by a new check run. @returns its id */
  async check(commit: string, name: string): Promise<number> {
    const answer = await this.#ask('POST', 'check-runs', { name, head_sha: commit });
    return z.object({ id: z.number() }).parse(answer).id;
  }

  /** How a check run ended. */
  async conclude(run: number, conclusion: 'success' | 'failure' | 'cancelled'): Promise<void> {
    await this.#ask('PATCH', `check-runs/${String(run)}`, { status: 'completed', conclusion });
  }

  /** Nothing more comes for as long as it takes to believe that nothing will. */
  async silence(): Promise<void> {
    this.at.world.advance(31_000);
    await this.at.settle();
  }

  async #ask(method: 'POST' | 'PATCH', path: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.at.github.apiUrl}/repos/o/r/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    await this.at.settle();
    return response.json();
  }
}

/** A story that ends with its test; the service is not started yet. */
export async function beginWithOther(
  options: Omit<GitHubStoryOptions, 'ci'> = {},
): Promise<GenericStory> {
  const directory = mkdtempSync(join(tmpdir(), 'orthrus-secrets-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'callback');
  writeFileSync(file, callbackSecret);
  const at = await beginAtGitHub({
    ...options,
    ci: { config: { kind: 'generic', callbackSecret: { file } } },
  });
  return new GenericStory(at);
}

/** #1 by Ada, on a main branch that nobody builds: its overlay is pushed, for the CI to see. */
export async function openWithOther(options: Omit<GitHubStoryOptions, 'ci'> = {}): Promise<{
  story: GenericStory;
  pull: Pull;
  head: string;
  overlay: string;
}> {
  const story = await beginWithOther(options);
  const { at } = story;
  const base = await at.pushMain({ 'a.c': 'base' });
  await at.start();
  const { pull, head } = await at.open('feature', base, { 'a.c': 'first' });
  await at.settle();
  return { story, pull, head, overlay: (await at.build(1)).commit };
}
