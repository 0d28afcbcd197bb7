import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BuildKey } from '../../machines/build.ts';
import { stateText } from '../../machines/fold.ts';
import type { PullContext } from '../../machines/pull-request/context.ts';
import { makeLogger } from '../../src/cli/logger.ts';
import type { Config } from '../../src/config/schema.ts';
import { parseConfig } from '../../src/config.ts';
import { readSecret, secretSources } from '../../src/config/secrets.ts';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { loggedEvent, type LoggedEvent } from '../../src/log/stored-event.ts';
import type { World } from '../../src/ports/world.ts';
import { type Adapters, adapters, openService, type Service } from '../../src/service.ts';
import type { GitHubDouble } from '../doubles/github/github-double.ts';
import { startGitHub } from '../doubles/github/start.ts';
import type { App, HostedRepository, Permissions, Pull } from '../doubles/github/state.ts';
import type { Files } from '../doubles/repository.ts';
import { ScriptedCi } from '../doubles/scripted-ci.ts';
import { TestWorld } from '../doubles/test-world.ts';

/** The same clock and chance for a process of its own, which remembers nothing of the one before. */
function newProcess(world: World): World {
  return {
    now: () => world.now(),
    random: () => world.random(),
    id: () => world.id(),
    after: (milliseconds, callback) => world.after(milliseconds, callback),
  };
}

export interface GitHubStoryOptions {
  /** Keys of the repository's configuration, over the defaults. */
  readonly repository?: Record<string, unknown>;
  /** Keys of the configuration, over the defaults. */
  readonly config?: Record<string, unknown>;
  /** Whether Orthrus is a GitHub App, or has a token (the default). */
  readonly as?: 'token' | 'app';
  /** The repository's name; default `o/r`. */
  readonly name?: string;
  /** What a fine-grained token may; without it the token is a classic one. */
  readonly permissions?: Permissions;
  /** The webhook's events; default: all. */
  readonly events?: readonly string[];
  /** The whole configuration, made from the one that the story would have. */
  readonly whole?: (own: Record<string, unknown>) => unknown;
  /** In place of the CI that does what the test says: a configured CI and its double. */
  readonly ci?: { readonly config: Record<string, unknown>; readonly make?: Adapters['ci'] };
  /** Further forges and repositories, beside GitHub's. */
  readonly beside?: {
    readonly forges: Record<string, unknown>;
    readonly repositories: readonly Record<string, unknown>[];
  };
}

export const webhookSecret = 'the-secret-of-the-webhook';
export const callbackSecret = 'the-secret-of-the-callback';

/**
 * The real service with its HTTP side, over a GitHub that is one in all that matters: an API, git over HTTP and webhooks
 * over real bare repositories. The CI does what the test says, unless the story brings another. A test accounts for
 * all that was done to GitHub by reading `github.ledger.transcript()`, or fails.
 */
export class GitHubStory {
  readonly directory = mkdtempSync(join(tmpdir(), 'orthrus-github-'));
  readonly world: TestWorld;
  readonly github: GitHubDouble;
  readonly repository: HostedRepository;
  readonly app: App | null;
  readonly ci = new ScriptedCi(() => {});
  readonly config: Config;
  /** What was logged, a line of JSON each. */
  readonly logged: string[] = [];
  readonly token: string;
  readonly #options: GitHubStoryOptions;
  #running: { service: Service; url: string; close: () => Promise<void> } | null = null;
  readonly #port: number;

  /** @param port a free one, where the service will be reached by webhooks */
  constructor(github: GitHubDouble, world: TestWorld, port: number, options: GitHubStoryOptions) {
    this.#port = port;
    this.github = github;
    this.world = world;
    this.#options = options;
    this.repository = github.repository(options.name ?? 'o/r');
    github.grant(this.repository, 'ada', 'write');
    const { permissions = null, events = ['*'], whole = (own) => own } = options;
    // Webhooks are seen by admins alone.
    const role = permissions === null ? 'write' : 'admin';
    this.token = github.token('orthrus-bot', this.repository, role, permissions);
    const file = (name: string, content: string): { file: string } => {
      writeFileSync(join(this.directory, name), content);
      return { file: name };
    };
    const hook = {
      url: `http://127.0.0.1:${port}/webhooks/github`,
      secret: webhookSecret,
      events: [...events],
    };
    this.app = options.as === 'app' ? github.app({ hook }) : null;
    if (this.app === null) github.hook(this.repository, hook);
    else github.install(this.app, this.repository);
    this.config = parseConfig(
      whole({
        forges: {
          github: {
            kind: 'github',
            apiUrl: github.apiUrl,
            webhookSecret: file('webhook-secret', webhookSecret),
            ...(this.app === null
              ? { token: file('token', this.token) }
              : { app: { id: this.app.id, privateKey: file('key.pem', this.app.privateKey) } }),
          },
          ...options.beside?.forges,
        },
        ci: { ci: options.ci?.config ?? { kind: 'nix' } },
        operatorToken: file('operator-token', 'operator-token-of-the-story'),
        retry: { base: '10ms', max: '100ms' },
        reconcileEvery: '1h',
        publicUrl: 'https://ci.example.org',
        ...options.config,
        repositories: [
          { forge: 'github', name: 'o/r', ci: 'ci', branches: [], ...options.repository },
          ...(options.beside?.repositories ?? []),
        ],
      }),
      this.directory,
    );
  }

  get service(): Service {
    return this.#now().service;
  }

  /** Where the service answers. */
  get url(): string {
    return this.#now().url;
  }

  #now(): { service: Service; url: string; close: () => Promise<void> } {
    if (this.#running === null) throw new Error('the service does not run');
    return this.#running;
  }

  /** Starts the service; after `stop`, starts it again over what the first one left, at the same port. */
  async start(): Promise<void> {
    const logger = makeLogger({
      level: 'debug',
      secrets: secretSources(this.config).map(({ key, source }) => readSecret(source, key)),
      isTerminal: false,
      destination: { write: (line) => void this.logged.push(line) },
    });
    const service = await openService(this.config, {
      world: newProcess(this.world),
      logger,
      adapters: {
        ...adapters,
        ci: (name, config, around, listener) => {
          this.ci.listen(listener);
          const { ci } = this.#options;
          if (ci === undefined) return this.ci;
          return (ci.make ?? adapters.ci)(name, config, around, listener);
        },
      },
    });
    const http = createApp(service);
    const server = await listen(http.app, { host: '127.0.0.1', port: this.#port });
    this.#running = {
      service,
      url: server.url,
      close: async () => {
        http.close();
        await server.close();
        await service.stop();
      },
    };
    await service.start(server.url);
    await service.reconciler.run();
    await this.settle();
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.close();
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Waits until every webhook is answered and nothing is under way. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet += 1) {
      await this.github.settled();
      await this.service.reports.settled();
      await this.service.engine.settled();
    }
  }

  /** The service reconciles, and does what there is to do until it must wait. */
  async look(): Promise<void> {
    await this.service.reconciler.run();
    await this.settle();
  }

  async until(pull: number | string, state: string): Promise<void> {
    await this.untilSo(`${pull} is ${state}`, async () => (await this.state(pull)) === state);
  }

  async untilSo(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const limit = Date.now() + 40_000;
    while (!(await isSo())) {
      if (Date.now() > limit) throw new Error(`it does not come to this: ${what}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  }

  stream(pull: number | string): string {
    const { id } = this.repository;
    return typeof pull === 'number' ? `github:${id}#${pull}` : `github:${id}@${pull}`;
  }

  async state(pull: number | string): Promise<string> {
    return stateText((await this.service.engine.state(this.stream(pull))).snapshot.value);
  }

  async context(pull: number): Promise<PullContext> {
    const { snapshot } = await this.service.engine.state(this.stream(pull));
    if (snapshot.kind !== 'pull') throw new Error('no pull request');
    return snapshot.context;
  }

  async events(pull: number | string): Promise<LoggedEvent[]> {
    const rows = await this.service.log.db
      .selectFrom('events')
      .selectAll()
      .where('stream', '=', this.stream(pull))
      .orderBy('version')
      .execute();
    return rows.map(loggedEvent);
  }

  /** The newest attempt's build. */
  async build(number: number): Promise<BuildKey> {
    const overlay = (await this.context(number)).overlays.at(-1);
    if (overlay?.commit == null) throw new Error(`#${number} has no overlay`);
    return { commit: overlay.commit, attempt: overlay.attempt };
  }

  /** A commit on top of main, pushed to it. */
  async pushMain(files: Files): Promise<string> {
    const { git } = this.repository;
    const commit = git.commit(git.at('refs/heads/main'), files);
    await this.github.people.push(this.repository, 'main', commit);
    return commit;
  }

  /** Ada opens a pull request from a branch of the repository with one commit on top of `base`. */
  async open(branch: string, base: string, files: Files): Promise<{ pull: Pull; head: string }> {
    const head = this.repository.git.commit(base, files);
    await this.github.people.push(this.repository, branch, head, 'ada');
    const pull = await this.github.people.open(this.repository, branch, { by: 'ada' });
    return { pull, head };
  }

  /** Where a cache branch is, or null. */
  tip(number: number): string | null {
    return this.repository.git.at(`refs/heads/orthrus/pr-${number}`);
  }

  /** Calls of GitHub's API since that many requests, git's and answers that cost nothing left out. */
  restCalls(from = 0): string[] {
    return this.github.ledger.requests
      .slice(from)
      .filter(({ operation, outcome }) => !operation.startsWith('git ') && outcome !== 304)
      .map(({ operation }) => operation);
  }

  /** The newest status of each context on a commit: `orthrus` to `success: 41 s, …`. */
  statuses(commit: string): Record<string, string> {
    const newest: Record<string, string> = {};
    for (const { sha, context, state, description } of this.repository.statuses)
      if (sha === commit) newest[context] = `${state}: ${description ?? ''}`;
    return newest;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A story that ends with its test. The service is not started yet. */
export async function beginAtGitHub(options: GitHubStoryOptions = {}): Promise<GitHubStory> {
  const world = new TestWorld();
  const github = await startGitHub({ now: () => world.now() });
  const story = new GitHubStory(github, world, await freePort(), options);
  onTestFinished(() => story.end());
  return story;
}

/** #1 by Ada, on a main branch that nobody builds: its overlay is pushed, and the CI has been asked to build it. */
export async function openAtGitHub(options: GitHubStoryOptions = {}): Promise<{
  story: GitHubStory;
  base: string;
  pull: Pull;
  head: string;
  build: BuildKey;
}> {
  const story = await beginAtGitHub(options);
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const { pull, head } = await story.open('feature', base, { 'a.c': 'first' });
  await story.settle();
  return { story, base, pull, head, build: await story.build(pull.number) };
}

export const short = (sha: string): string => sha.slice(0, 7);
