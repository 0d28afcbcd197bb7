import { setMaxListeners } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BuildKey } from '../../../machines/build.ts';
import type { BuildName, BuildReport, BuildRequest, Ci, CiMessage } from '../../ports/ci.ts';
import { PortError } from '../../ports/port-error.ts';
import { keepPaths, recordedRoots } from '../store/keep-paths.ts';
import {
  buildDirectory,
  buildName,
  list,
  readRecord,
  removeDirectory,
  stateFailed,
  streamDirectory,
} from '../store/state-files.ts';
import { invalidPaths } from '../store/store.ts';
import { allBuildDirectories } from './build-directories.ts';
import { cancelledBeforeItBegan, discard, readEnded, reportOf } from './build-end.ts';
import { buildRequest, createRecord, type StoredRequest } from './build-record.ts';
import { Build } from './build.ts';
import { standingOf } from './detached.ts';
import { attributeNames } from './evaluation.ts';
import { FetchCache } from './fetch-cache.ts';
import { flakeUrl } from './flake-url.ts';
import type { Host } from './host.ts';
import { logFile } from './log-file.ts';
import { nixEnvironment } from './nix-environment.ts';
import type { NixCiOptions } from './options.ts';
import { requireNix } from './program-path.ts';
import { Slots } from './slots.ts';

/** Of how many builds that are not kept any more the logs still are: a branch is built for years (G7). */
const mostLogs = 50;

function attemptIn(name: string): number {
  return Number(name.split('.').at(-1) ?? 0);
}

/**
 * This machine's own Nix as the CI, one at a time over a state directory. Builds that an earlier one left running are
 * joined at once.
 */
export function nixCi(options: NixCiOptions): Ci {
  return new ThisMachine({ ...options, stateDir: resolve(options.stateDir) });
}

class ThisMachine implements Ci {
  readonly seesPushes = false;
  private readonly options: NixCiOptions;
  private readonly host: Host;
  private readonly closing = new AbortController();
  /** Builds that have not ended, by directory. */
  private readonly builds = new Map<string, Build>();
  private readonly ready: Promise<void>;

  constructor(options: NixCiOptions) {
    this.options = options;
    this.host = {
      options,
      attribute: attributeNames(options.attribute),
      env: nixEnvironment({
        own: process.env,
        gitConfigGlobal: options.gitConfigGlobal,
        cacheDir: join(options.stateDir, 'cache'),
        nixConfig: options.nixConfig ?? '',
      }),
      fetchCache: new FetchCache(options.stateDir),
      evaluations: new Slots(options.parallel),
      builders: new Slots(options.parallel),
      adopted: new Map(),
      underWay: new Map(),
      closing: this.closing.signal,
      isFollowed: (prefix, except) =>
        [...this.builds.values()].some(
          (build) => build.directory !== except && build.follows(prefix),
        ),
      isAtWork: (directory) => {
        const build = this.builds.get(directory);
        return build !== undefined && !build.lost && !build.isCancelled;
      },
    };
    setMaxListeners(0, this.closing.signal);
    this.ready = this.joinWhatRuns().catch((error: unknown) => {
      throw stateFailed(error);
    });
    // Each verb rejects with it; nobody need be listening before the first one.
    this.ready.catch(() => {});
  }

  async start(request: BuildRequest): Promise<void> {
    flakeUrl(request);
    const directory = buildDirectory(this.options.stateDir, request.stream, request);
    await requireNix(this.host.env);
    await this.ready;
    const known = this.builds.get(directory);
    if (known !== undefined) return known.lost ? await known.resume() : undefined;
    const stored = { ...request, cachePaths: [...request.cachePaths], startedAt: this.now() };
    const build = new Build(this.host, directory, stored, (ended) => this.forget(ended));
    // Before the first await: a second start of the same key must find it.
    this.builds.set(directory, build);
    try {
      if ((await readEnded(directory)) !== null) return this.forget(build);
      await createRecord(directory, stored);
    } catch (error) {
      this.forget(build);
      throw stateFailed(error);
    }
    void build.carry();
  }

  async cancel(name: BuildName): Promise<void> {
    const directory = buildDirectory(this.options.stateDir, name.stream, name);
    await this.ready;
    const build = this.builds.get(directory);
    try {
      if (build !== undefined) {
        await build.cancel('all');
        return;
      }
      if ((await readEnded(directory)) !== null) return;
      // A start that comes late must find that the build has ended.
      await mkdir(directory, { recursive: true });
      await cancelledBeforeItBegan(directory);
    } catch (error) {
      throw stateFailed(error);
    }
  }

  async report(name: BuildName): Promise<BuildReport | null> {
    const directory = buildDirectory(this.options.stateDir, name.stream, name);
    await this.ready;
    const build = this.builds.get(directory);
    if (build !== undefined) return build.lost ? null : build.report();
    const ended = await readEnded(directory);
    return ended === null ? null : reportOf(name, ended, 'finished');
  }

  /** It knows builds, and no branches; `retain` lets go of what they left. */
  async deleteJobset(): Promise<void> {}

  read(): CiMessage {
    throw new PortError('invalid', 'a CI of kind nix takes no messages');
  }

  async take(): Promise<void> {}

  async missing(paths: readonly string[]): Promise<readonly string[]> {
    if (paths.length === 0) return [];
    const invalid = await invalidPaths(paths, this.host.env);
    return [...new Set(paths)].filter((path) => invalid.has(path));
  }

  async retain(
    stream: string,
    keep: { paths: readonly string[]; builds: readonly BuildKey[] },
  ): Promise<void> {
    const kept = new Set(keep.builds.map(buildName));
    await this.ready;
    const { stateDir, world } = this.options;
    await keepPaths(recordedRoots(stateDir, stream), keep.paths, this.host.env, world);
    const readable = keep.paths.length === 0 && kept.size === 0 ? 0 : mostLogs;
    const directory = streamDirectory(stateDir, stream);
    const others = (await list(directory)).filter((name) => !kept.has(name));
    const newestFirst = others.toSorted((one, other) => attemptIn(other) - attemptIn(one));
    for (const [index, name] of newestFirst.entries())
      await this.letGo(join(directory, name), index < readable ? 'logs' : 'nothing');
  }

  logFile(stream: string, build: BuildKey, job: string | null): Promise<string | null> {
    return logFile(this.options.stateDir, stream, build, job);
  }

  async close(): Promise<void> {
    this.closing.abort(new Error('closed'));
    for (const build of this.builds.values()) build.letGo();
    await this.ready.catch(() => {});
  }

  private async letGo(directory: string, remains: 'logs' | 'nothing'): Promise<void> {
    const build = this.builds.get(directory);
    if (build !== undefined && (await build.cancel(remains))) return;
    await build?.over;
    await discard(directory, remains);
  }

  private async joinWhatRuns(): Promise<void> {
    const directories = await allBuildDirectories(this.options.stateDir);
    const requests = (await Promise.all(directories.map(unendedRequest))).filter(
      (unended) => unended !== null,
    );
    requests.sort((a, b) => a.request.startedAt - b.request.startedAt);
    for (const { directory, request } of requests) {
      const build = new Build(this.host, directory, request, (ended) => this.forget(ended));
      await build.restore();
      this.builds.set(directory, build);
      for (const prefix of await build.prefixes()) await this.adopt(prefix);
    }
    for (const build of this.builds.values()) void build.carry();
  }

  /** What runs has its slot before anything that waits is let go. */
  private async adopt(prefix: string): Promise<void> {
    if ((await standingOf(prefix)).kind !== 'running') return;
    const slots = prefix.endsWith('/evaluation') ? this.host.evaluations : this.host.builders;
    slots.occupy();
    this.host.adopted.set(prefix, slots);
  }

  private forget(build: Build): void {
    if (this.builds.get(build.directory) === build) this.builds.delete(build.directory);
  }

  private now(): number {
    return this.options.world.now();
  }
}

async function unendedRequest(
  directory: string,
): Promise<{ directory: string; request: StoredRequest } | null> {
  if ((await readEnded(directory)) !== null) return null;
  const request = await readRecord(join(directory, 'request.json'), buildRequest);
  if (request !== null) return { directory, request };
  // Its start never returned.
  await removeDirectory(directory);
  return null;
}
