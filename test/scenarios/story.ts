import { deepStrictEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { BuildKey } from '../../machines/build.ts';
import { type EventData, stateText } from '../../machines/fold.ts';
import type { PullContext } from '../../machines/pull-request/context.ts';
import type { BranchContext } from '../../machines/branch/context.ts';
import type { Config } from '../../src/config/schema.ts';
import { parseConfig } from '../../src/config.ts';
import { loggedEvent, type LoggedEvent } from '../../src/log/stored-event.ts';
import type { CommitStatus, Forge } from '../../src/ports/forge.ts';
import type { Mirror } from '../../src/ports/mirror.ts';
import { type Adapters, adapters, openService, type Service } from '../../src/service.ts';
import type { Files, Repository } from '../doubles/repository.ts';
import { ScriptedCi } from '../doubles/scripted-ci.ts';
import { TestWorld } from '../doubles/test-world.ts';
import { wrapped } from '../doubles/wrapped.ts';
import { gitHubSite, gitSite, type Site } from './site.ts';

/** The forges that a row about one is run for. */
export const forges = ['git', 'github'] as const;

export interface StoryOptions {
  /** The forge; default: a git server. */
  readonly at?: (typeof forges)[number];
  /** Keys of the repository's configuration, over the defaults. */
  readonly repository?: Record<string, unknown>;
  /** Keys of the configuration, over the defaults. */
  readonly config?: Record<string, unknown>;
  /** Stands between the engine and the real forge: faults, and a look at what is published. */
  readonly forge?: (real: Forge) => Forge;
  /** Stands between the engine and the real mirror. */
  readonly mirror?: (real: Mirror) => Mirror;
  /** In place of the CI that does what the test says. */
  readonly ci?: Adapters['ci'];
}

/**
 * The real service over a real git server, or a GitHub over a real git, with a CI that does what the test says. It ends with the test; a test that
 * does not account for everything that was pushed, published and asked of the CI (`transcript`) proves nothing.
 */
export class Story {
  readonly directory: string;
  readonly world: TestWorld;
  readonly repository: Repository;
  readonly #site: Site;
  readonly statuses: string[] = [];
  /** Every push that was done, deletions too: `orthrus/pr-1 1a2b3c4`, `orthrus/pr-1 gone`. */
  readonly moves: string[] = [];
  readonly config: Config;
  readonly #options: StoryOptions;
  /** One CI, whatever number of services come and go. */
  readonly ci = new ScriptedCi(() => {});
  #service: Service | null = null;

  constructor(options: StoryOptions, stage: Stage = onGit()) {
    const { directory, world, site } = stage;
    this.directory = directory;
    this.world = world;
    this.repository = site.repository;
    // The story's service has no HTTP side.
    this.repository.isHeard = false;
    this.#site = site;
    this.#options = options;
    this.config = parseConfig(
      {
        forges: { [site.name]: site.config },
        ci: { nix: { kind: 'nix' } },
        retry: { base: '10ms', max: '100ms' },
        reconcileEvery: '1h',
        ...options.config,
        repositories: [{ forge: site.name, name: 'o/r', ci: 'nix', ...options.repository }],
      },
      this.directory,
    );
  }

  get service(): Service {
    if (this.#service === null) throw new Error('the service does not run');
    return this.#service;
  }

  /** Starts the service; after `stop`, starts it again over what the first one left. */
  async start(): Promise<void> {
    await this.open();
    await this.settle();
  }

  /** Starts the service, which has its first look; what comes of it is not waited for. */
  async open(): Promise<void> {
    const around: Adapters = {
      forge: (name, config, surroundings) => {
        const real = this.#watched(adapters.forge(name, config, surroundings));
        return this.#options.forge?.(real) ?? real;
      },
      ci: (name, config, surroundings, listener) => {
        this.ci.listen(listener);
        return this.#options.ci?.(name, config, surroundings, listener) ?? this.ci;
      },
      mirror: async (repository, surroundings, of) => {
        const real = this.#followed(await adapters.mirror(repository, surroundings, of));
        return this.#options.mirror?.(real) ?? real;
      },
    };
    this.#service = await openService(this.config, {
      world: this.world,
      logger: pino({ level: process.env['STORY_LOG'] ?? 'silent' }),
      adapters: around,
    });
    await this.#service.start('http://127.0.0.1:9');
    await this.notice();
  }

  async stop(): Promise<void> {
    const service = this.#service;
    this.#service = null;
    await service?.stop();
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
    const deeds = this.#site.deeds();
    if (deeds === null) return;
    // Nothing was done at the forge that the story has not seen.
    deepStrictEqual(deeds.pushes, this.moves);
    deepStrictEqual(deeds.statuses, this.statuses);
  }

  /** The service looks at the forge and the CI, and does what there is to do until it must wait. */
  async look(): Promise<void> {
    await this.service.reconciler.run();
    await this.settle();
  }

  /** The service looks at the forge and the CI; what comes of it is not waited for. */
  async notice(): Promise<void> {
    await this.service.reconciler.run();
  }

  /** Waits until nothing is under way. */
  async settle(): Promise<void> {
    await this.service.reports.settled();
    await this.service.engine.settled();
  }

  /** Waits until the stream is in that state (`building`, `merging.pushing`), whatever it takes. */
  async until(pull: number | string, state: string): Promise<void> {
    await this.untilSo(`${pull} is ${state}`, async () => (await this.state(pull)) === state);
  }

  /** Waits until something is so. */
  async untilSo(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const limit = Date.now() + 60_000;
    while (!(await isSo())) {
      if (Date.now() > limit) throw new Error(`it does not come to this: ${what}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  }

  stream(pull: number | string): string {
    const of = `${this.#site.name}:${this.#site.id()}`;
    return typeof pull === 'number' ? `${of}#${pull}` : `${of}@${pull}`;
  }

  async context(pull: number): Promise<PullContext> {
    const { snapshot } = await this.service.engine.state(this.stream(pull));
    if (snapshot.kind !== 'pull') throw new Error('no pull request');
    return snapshot.context;
  }

  async branchContext(branch: string): Promise<BranchContext> {
    const { snapshot } = await this.service.engine.state(this.stream(branch));
    if (snapshot.kind !== 'branch') throw new Error('no branch');
    return snapshot.context;
  }

  async state(pull: number | string): Promise<string> {
    return stateText((await this.service.engine.state(this.stream(pull))).snapshot.value);
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

  /** The types of all events of a stream, those that were not handled in brackets. */
  async told(pull: number | string): Promise<string[]> {
    const events = await this.events(pull);
    return events.map(({ data, meta }) => (meta.handled ? data.type : `(${data.type})`));
  }

  /** Something happens that did not come from the forge or the CI. */
  async record(pull: number | string, event: EventData, key?: string): Promise<void> {
    await this.service.engine.record({ stream: this.stream(pull), event, source: 'operator', key });
  }

  /** A commit on main, pushed. On a git server, as all that follows. */
  pushMain(files: Files): string {
    const commit = this.repository.commit(this.repository.at('refs/heads/main'), files);
    this.repository.push('refs/heads/main', commit);
    return commit;
  }

  /** A commit on top of `parent` becomes the pull request's head. */
  pushPull(number: number, parent: string | null, files: Files): string {
    const commit = this.repository.commit(parent, files);
    this.repository.push(`refs/pull/${number}/head`, commit);
    return commit;
  }

  closePull(number: number): void {
    this.repository.push(`refs/pull/${number}/head`, null);
  }

  /** What people do, at whichever forge the story takes place. */
  get people(): Site {
    return this.#site;
  }

  /** As `pushMain`, at any forge. */
  async newMain(files: Files): Promise<string> {
    const commit = this.repository.commit(this.repository.at('refs/heads/main'), files);
    await this.people.push('main', commit);
    return commit;
  }

  /** As `pushPull`, at any forge. */
  async newHead(number: number, parent: string | null, files: Files): Promise<string> {
    const commit = this.repository.commit(parent, files);
    await this.people.update(number, commit);
    return commit;
  }

  branch(number: number): string {
    return `refs/heads/orthrus/pr-${number}`;
  }

  /** The tip of a cache branch, which must be there. */
  tip(number: number): string {
    const tip = this.repository.at(this.branch(number));
    if (tip === null) throw new Error(`there is no cache branch of #${number}`);
    return tip;
  }

  /** The newest attempt's build. */
  async build(number: number): Promise<BuildKey> {
    const overlay = (await this.context(number)).overlays.at(-1);
    if (overlay?.commit == null) throw new Error(`#${number} has no overlay`);
    return { commit: overlay.commit, attempt: overlay.attempt };
  }

  async branchBuild(branch: string): Promise<BuildKey> {
    const { build } = await this.branchContext(branch);
    if (build === null) throw new Error(`${branch} was not built`);
    return { commit: build.commit, attempt: build.attempt };
  }

  /**
   * Everything that was done to the world: the moves of the cache branch (commits by their short names), what the CI
   * was asked, and every status that was published (`1a2b3c4 orthrus success: …`).
   */
  transcript(number: number): { pushes: string[]; ci: string[]; statuses: string[] } {
    return {
      pushes: this.pushes(number),
      ci: [...this.ci.calls],
      statuses: [...this.statuses],
    };
  }

  /** The commits that the cache branch has pointed at, oldest first; a deletion ends its record. */
  pushes(number: number): string[] {
    try {
      const text = this.repository.git('reflog', 'show', '--format=%H', this.branch(number));
      return text === '' ? [] : text.split('\n').toReversed();
    } catch {
      return [];
    }
  }

  #followed(real: Mirror): Mirror {
    return wrapped(real, {
      push: async (branch, commit, expected) => {
        const result = await real.push(branch, commit, expected);
        if (result.outcome === 'pushed')
          this.moves.push(`${branch} ${commit === null ? 'gone' : short(commit)}`);
        return result;
      },
    });
  }

  #watched(real: Forge): Forge {
    return wrapped(real, {
      publish: async (repository, status) => {
        await real.publish(repository, status);
        this.statuses.push(said(status));
      },
    });
  }
}

export function said(
  status: Pick<CommitStatus, 'commit' | 'context' | 'state' | 'description'>,
): string {
  return `${status.commit.slice(0, 7)} ${status.context} ${status.state}: ${status.description}`;
}

/** Where and when. */
interface Stage {
  readonly directory: string;
  readonly world: TestWorld;
  readonly site: Site;
}

const newDirectory = (): string => mkdtempSync(join(tmpdir(), 'orthrus-story-'));

function onGit(): Stage {
  const directory = newDirectory();
  return { directory, world: new TestWorld(), site: gitSite(directory) };
}

async function onGitHub(): Promise<Stage> {
  const directory = newDirectory();
  const world = new TestWorld();
  return { directory, world, site: await gitHubSite(directory, world) };
}

/** A story that ends with its test. */
export async function begin(options: StoryOptions = {}): Promise<Story> {
  const story = new Story(options, options.at === 'github' ? await onGitHub() : onGit());
  onTestFinished(() => story.end());
  return story;
}

export const short = (sha: string): string => sha.slice(0, 7);
