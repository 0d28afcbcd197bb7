import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { parseStreamName } from '../machines/stream.ts';
import { nixCi } from './ci/nix/nix-ci.ts';
import type { Config } from './config.ts';
import { BuildReports } from './engine/build-reports.ts';
import { Engine } from './engine/engine.ts';
import { type OpenPlace, Places } from './engine/place.ts';
import { Reconciler } from './engine/reconciler.ts';
import { GitForge } from './forges/git/git-forge.ts';
import { installHook } from './forges/git/install-hook.ts';
import { configurationFile } from './git/environment.ts';
import { openMirror } from './git/open-mirror.ts';
import { Git } from './git/run.ts';
import { type OpenLog, openLog } from './log/database.ts';
import { readMachineVersion } from './log/machine-version.ts';
import type { BuildListener, Ci } from './ports/ci.ts';
import type { Forge, ForgeRepository } from './ports/forge.ts';
import type { Mirror } from './ports/mirror.ts';
import type { World } from './ports/world.ts';

/** The whole service but its HTTP side. */
export interface Service {
  readonly config: Config;
  readonly engine: Engine;
  readonly reports: BuildReports;
  readonly reconciler: Reconciler;
  readonly log: OpenLog;
  /** The CIs by their configured names. */
  readonly cis: ReadonlyMap<string, Ci>;
  /** Whether it carries out effects: `start` has ended, and `stop` was not called. */
  readonly isStarted: boolean;
  /** Takes up what an earlier process left, reconciles, and goes on by itself. `baseUrl` is where hooks find it. */
  start(baseUrl: string): Promise<void>;
  /** Finishes or puts back what is under way, within 10 s. Builds go on, and are joined at the next start. */
  stop(): Promise<void>;
}

/** What the adapters of a configuration are made with. */
export interface Surroundings {
  readonly config: Config;
  readonly world: World;
  readonly git: Git;
  /** git's configuration file, which Nix's fetcher reads too. */
  readonly gitConfig: string;
}

/** How a forge, a CI and a repository's mirror are made. */
export interface Adapters {
  forge(name: string, config: Config['forges'][string], around: Surroundings): Forge;
  ci(name: string, config: Config['ci'][string], around: Surroundings, listener: BuildListener): Ci;
  mirror(repository: ForgeRepository, around: Surroundings): Promise<Mirror>;
}

export const adapters: Adapters = {
  forge: (_name, forge, { git, world }) => new GitForge({ root: forge.root, git, world }),
  ci: (name, ci, { config, world, gitConfig }, listener) =>
    nixCi({
      attribute: ci.attribute,
      parallel: ci.parallel,
      nixConfig: ci.nixConfig,
      stateDir: join(config.stateDir, 'ci', name),
      gitConfigGlobal: gitConfig,
      world,
      listener,
    }),
  mirror: ({ remote }, { git }) => openMirror(git, { kind: 'local', directory: remote }),
};

/** How long what is under way is waited for: whoever stops the service waits 10 s for all of it. */
const stopWithin = 8000;

/**
 * Opens everything that the configuration names. Nothing is carried out before `start`.
 * @throws {LogError} if the database cannot be opened
 */
export async function openService(
  config: Config,
  options: { readonly world: World; readonly logger: Logger; readonly adapters?: Adapters },
): Promise<Service> {
  const { world, logger, adapters: make = adapters } = options;
  const log = await openLog(config.database.file, config.database.synchronous);
  try {
    mkdirSync(config.stateDir, { recursive: true });
  } catch (error) {
    await log.close();
    throw error;
  }
  const git = new Git({ home: join(config.stateDir, 'git') });
  const around = { config, world, git, gitConfig: configurationFile(join(config.stateDir, 'git')) };
  let baseUrl: string | null = null;
  let isStarted = false;

  const forges = new Map(
    Object.entries(config.forges).map(([name, forge]) => [name, make.forge(name, forge, around)]),
  );
  const cis = new Map(
    Object.entries(config.ci).map(([name, ci]) => [
      name,
      make.ci(name, ci, around, (report) => reports.take(report)),
    ]),
  );

  const open: OpenPlace = async (repository) => {
    const forge = forges.get(repository.forge);
    const ci = cis.get(repository.ci);
    if (forge === undefined || ci === undefined) throw new Error('checked by the configuration');
    const found = await forge.repository(repository.name);
    if (baseUrl !== null) {
      const hook = await installHook(git, found.remote, {
        url: `${baseUrl}/webhooks/${encodeURIComponent(repository.forge)}`,
      });
      if (hook.message !== null) logger.warn({ repository: repository.name }, hook.message);
    }
    const mirror = await make.mirror(found, around);
    return { config: repository, forge, ci, repository: found, mirror };
  };

  const places = new Places(config.repositories, open);
  const engine = new Engine({
    db: log.db,
    places,
    world,
    logger,
    machineVersion: readMachineVersion(),
    concurrency: config.concurrency,
    policy: { deadlines: config.deadlines, retry: config.retry },
    pageUrl: (stream) => pageOf(places, config.publicUrl ?? baseUrl, stream),
  });
  const reports = new BuildReports(engine);
  const reconciler = new Reconciler(engine, reports, config.reconcileEvery);

  return {
    config,
    engine,
    reports,
    reconciler,
    log,
    cis,
    get isStarted() {
      return isStarted;
    },
    async start(url) {
      baseUrl = url;
      // Places first: what is carried out needs them.
      await reconciler.openPlaces();
      await engine.start();
      reconciler.start();
      isStarted = true;
    },
    async stop() {
      isStarted = false;
      await Promise.all([reconciler.stop(stopWithin), engine.stop(stopWithin)]);
      for (const ci of cis.values()) await ci.close();
      await reports.settled();
      await log.close();
    },
  };
}

/** The page of a pull request or a branch. */
function pageOf(places: Places, publicUrl: string | null, stream: string): string | null {
  const name = parseStreamName(stream);
  const place = name === null ? null : places.byId(name.forge, name.repositoryId);
  if (publicUrl === null || name === null || place === null) return null;
  const subject =
    name.subject.kind === 'pull' ? String(name.subject.number) : `@${name.subject.branch}`;
  const path = [name.forge, ...place.repository.name.split('/'), subject];
  return `${publicUrl.replace(/\/$/, '')}/pulls/${path.map(encodeURIComponent).join('/')}`;
}
