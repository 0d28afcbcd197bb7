import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitHubDouble } from '../doubles/github/github-double.ts';
import { startGitHub } from '../doubles/github/start.ts';
import type { HostedRepository, Pull } from '../doubles/github/state.ts';
import { Repository } from '../doubles/repository.ts';
import type { TestWorld } from '../doubles/test-world.ts';

/** Where a story takes place: a repository at a forge, and what people do there. */
export interface Site {
  readonly repository: Repository;
  /** The forge's configuration, and under which name. */
  readonly name: string;
  readonly config: Record<string, unknown>;
  /** The repository's id in names of streams. */
  id(): string;
  /** Moves a branch, forced if need be; null deletes it. */
  push(branch: string, commit: string | null): Promise<void>;
  /** A commit becomes the pull request's head; it is opened, or reopened, if need be. */
  update(number: number, commit: string): Promise<void>;
  close(number: number): Promise<void>;
  retarget(number: number, base: string): Promise<void>;
  /** What was done there by us, a line each, for comparison with what the story has seen. */
  deeds(): { readonly pushes: string[]; readonly statuses: string[] } | null;
}

/** A plain git server. */
export function gitSite(directory: string): Site {
  const repository = new Repository(join(directory, 'root'), 'o/r');
  const ref = (number: number): string => `refs/pull/${number}/head`;
  let id: string | null = null;
  return {
    repository,
    name: 'here',
    config: { kind: 'git', root: 'root' },
    // Given once, and asked for by every look at a stream.
    id: () => (id ??= repository.git('config', 'orthrus.id')),
    async push(branch, commit) {
      repository.push(`refs/heads/${branch}`, commit);
    },
    async update(number, commit) {
      repository.push(ref(number), commit);
    },
    async close(number) {
      repository.push(ref(number), null);
    },
    async retarget(number, base) {
      repository.git('symbolic-ref', `refs/pull/${number}/base`, `refs/heads/${base}`);
    },
    deeds: () => null,
  };
}

/** GitHub, whose webhooks are all lost: what happens is found by looking. Pull requests are Ada's, from branches. */
export async function gitHubSite(directory: string, world: TestWorld): Promise<Site> {
  const github = await startGitHub({ now: () => world.now() });
  const hosted = github.repository('o/r');
  github.grant(hosted, 'ada', 'write');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'token'), github.token('orthrus-bot', hosted, 'write'));
  return new GitHubSite(github, hosted, world);
}

class GitHubSite implements Site {
  readonly repository: Repository;
  readonly name = 'github';
  readonly config: Record<string, unknown>;
  readonly #github: GitHubDouble;
  readonly #hosted: HostedRepository;
  readonly #world: TestWorld;
  readonly #pulls = new Map<number, Pull>();

  constructor(github: GitHubDouble, hosted: HostedRepository, world: TestWorld) {
    this.#github = github;
    this.#hosted = hosted;
    this.#world = world;
    this.repository = hosted.git;
    this.config = {
      kind: 'github',
      apiUrl: github.apiUrl,
      webhookSecret: { file: 'token' },
      token: { file: 'token' },
    };
  }

  id(): string {
    return String(this.#hosted.id);
  }

  async push(branch: string, commit: string | null): Promise<void> {
    await this.#github.people.push(this.#hosted, branch, commit);
  }

  async update(number: number, commit: string): Promise<void> {
    const { people } = this.#github;
    // GitHub's clock has seconds.
    this.#world.advance(2000);
    const pull = this.#pulls.get(number);
    if (pull !== undefined) {
      await people.update(pull, commit);
      if (pull.state !== 'open') await people.reopen(pull);
      return;
    }
    await people.push(this.#hosted, `pull-${number}`, commit, 'ada');
    const opened = await people.open(this.#hosted, `pull-${number}`, { by: 'ada' });
    if (opened.number !== number) throw new Error(`GitHub calls it #${opened.number}`);
    this.#pulls.set(number, opened);
  }

  async close(number: number): Promise<void> {
    this.#world.advance(2000);
    const pull = this.#pulls.get(number);
    if (pull !== undefined) await this.#github.people.close(pull);
  }

  async retarget(number: number, base: string): Promise<void> {
    this.#world.advance(2000);
    const pull = this.#pulls.get(number);
    if (pull !== undefined) await this.#github.people.retarget(pull, base);
  }

  deeds(): { pushes: string[]; statuses: string[] } {
    const told = this.#github.ledger.transcript();
    const of = (kind: string): string[] =>
      told.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
    return { pushes: of('push'), statuses: of('status') };
  }
}
