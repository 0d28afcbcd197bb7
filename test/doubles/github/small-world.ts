import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Octokit } from '@octokit/rest';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { GitHubDouble, GitHubOptions } from './github-double.ts';
import { startGitHub } from './start.ts';
import type { HostedRepository, Pull } from './state.ts';

/** A repository with a main branch and one pull request of Ada's from a branch of it, and Orthrus with a token. */
export interface SmallWorld {
  readonly github: GitHubDouble;
  readonly repository: HostedRepository;
  readonly base: string;
  readonly head: string;
  readonly pull: Pull;
  readonly token: string;
  readonly octokit: Octokit;
}

export const at = { owner: 'o', repo: 'r' };

export async function smallWorld(options: GitHubOptions = {}): Promise<SmallWorld> {
  const github = await startGitHub(options);
  const repository = github.repository('o/r');
  github.grant(repository, 'ada', 'write');
  const token = github.token('orthrus-bot', repository, 'write');
  const base = repository.git.commit(null, {
    'a.c': '1\n',
    '.github/workflows/ci.yml': 'on: push\n',
  });
  await github.people.push(repository, 'main', base);
  const head = repository.git.commit(base, { 'a.c': '2\n' });
  await github.people.push(repository, 'feature', head, 'ada');
  const pull = await github.people.open(repository, 'feature', { by: 'ada', title: 'Two' });
  return { github, repository, base, head, pull, token, octokit: octokitFor(github, token) };
}

const nothing = (): void => {};
export const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export const octokitFor = (github: GitHubDouble, token: string): Octokit =>
  new Octokit({
    auth: token,
    baseUrl: github.apiUrl,
    log: quiet,
  });

const failure = z.object({ status: z.number(), message: z.string() });

/** The status and the words with which a request is refused. */
export async function refusal(
  work: Promise<unknown>,
): Promise<{ status: number; message: string }> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  return failure.parse(error);
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** `pull_request.opened`, `push`. */
  readonly name: string;
}

/** Something that takes webhooks, and answers as it is told. */
export async function endpoint(): Promise<{
  readonly url: string;
  readonly received: Received[];
  answers: (delivery: Received) => number | null;
}> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { action } = z.object({ action: z.string().optional() }).parse(JSON.parse(body));
      const event = String(request.headers['x-github-event']);
      const name = action === undefined ? event : `${event}.${action}`;
      received.push({ headers: request.headers, body, name });
      const status = here.answers({ headers: request.headers, body, name });
      if (status !== null) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const here = {
    url: `http://127.0.0.1:${port}/webhooks/github`,
    received,
    answers: (_: Received): number | null => 202,
  };
  return here;
}

const execute = promisify(execFile);

export interface Workplace {
  readonly directory: string;
  /** Runs git there. @throws with `stderr` */
  git(...args: string[]): Promise<{ stdout: string; stderr: string }>;
}

/** A directory with an empty repository, for a git that has this token. */
export async function workplace(token: string | null): Promise<Workplace> {
  const directory = mkdtempSync(join(tmpdir(), 'workplace-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const helper = `!f() { echo username=x-access-token; echo password=${token ?? ''}; }; f`;
  const git = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    execute(
      'git',
      ['-C', directory, ...(token === null ? [] : ['-c', `credential.helper=${helper}`]), ...args],
      {
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: '/nonexistent',
          GIT_CONFIG_NOSYSTEM: '1',
          GIT_TERMINAL_PROMPT: '0',
          LC_ALL: 'C',
          GIT_AUTHOR_NAME: 'Bo',
          GIT_AUTHOR_EMAIL: 'bo@example.org',
          GIT_COMMITTER_NAME: 'Bo',
          GIT_COMMITTER_EMAIL: 'bo@example.org',
        },
      },
    );
  await git('init', '--quiet', '--initial-branch=main');
  return { directory, git };
}

const stderr = z.object({ stderr: z.string() });

/** What git said when it failed. */
export async function complaint(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  return stderr.parse(error).stderr;
}
