import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { parseStreamName } from '../machines/stream.ts';
import { genericCi } from './ci/generic/generic-ci.ts';
import { nixCi } from './ci/nix/nix-ci.ts';
import { typhonCi } from './ci/typhon/typhon-ci.ts';
import type { Config } from './config/schema.ts';
import { readSecret } from './config/secrets.ts';
import { BuildReports } from './engine/build-reports.ts';
import { Engine } from './engine/engine.ts';
import { type OpenPlace, Places } from './engine/place.ts';
import { prune } from './engine/prune.ts';
import { Reconciler } from './engine/reconciler.ts';
import { GitForge } from './forges/git/git-forge.ts';
import { GitHubForge, type GitHubOptions } from './forges/github/github-forge.ts';
import { configurationFile } from './git/environment.ts';
import { openMirror } from './git/open-mirror.ts';
import { type Explain, Git } from './git/run.ts';
import { settleClock } from './log/clock.ts';
import { type OpenLog, openLog } from './log/database.ts';
import { readMachineVersion } from './log/machine-version.ts';
import { keepLimits } from './kept-limits.ts';
import type { BuildListener, Ci } from './ports/ci.ts';
import type { Credentials, Forge, ForgeRepository } from './ports/forge.ts';
import type { Mirror } from './ports/mirror.ts';
import type { World } from './ports/world.ts';

/** The whole service but its HTTP side. */
export interface Service {
  readonly config: Config;
  readonly engine: Engine;
  readonly reports: BuildReports;
  readonly reconciler: Reconciler;
  readonly log: OpenLog;
  /** The forges by their configured names. */
  readonly forges: ReadonlyMap<string, Forge>;
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
  readonly logger: Logger;
  readonly git: Git;
  /** git's configuration file, which Nix's fetcher reads too. */
  readonly gitConfig: string;
}

/** How a forge, a CI and a repository's mirror are made. */
export interface Adapters {
  forge(name: string, config: Config['forges'][string], around: Surroundings): Forge;
  ci(name: string, config: Config['ci'][string], around: Surroundings, listener: BuildListener): Ci;
  /** `credentials`: what git shows to a forge that is not at hand; `explain`: what that forge's refusals mean. */
  mirror(
    repository: ForgeRepository,
    around: Surroundings,
    of: {
      readonly forge: string;
      readonly credentials: (() => Promise<Credentials>) | null;
      readonly explain?: Explain;
    },
  ): Promise<Mirror>;
}

export const adapters: Adapters = {
  forge(name, forge, { git, world, logger }) {
    if (forge.kind === 'git') return new GitForge({ root: forge.root, git, world });
    return new GitHubForge({ ...gitHubOptions(name, forge), world, warn: warnIn(logger, name) });
  },
  ci(name, ci, { config, world, logger, gitConfig }, listener) {
    const stateDir = join(config.stateDir, 'ci', name);
    const at = `ci.${name}`;
    switch (ci.kind) {
      case 'nix':
        return nixCi({
          attribute: ci.attribute,
          parallel: ci.parallel,
          nixConfig: ci.nixConfig,
          stateDir,
          gitConfigGlobal: gitConfig,
          world,
          listener,
        });
      case 'typhon':
        return typhonCi({
          url: ci.url,
          webhookSecret: readSecret(ci.webhookSecret, `${at}.webhookSecret`),
          callbackSecret: readSecret(ci.callbackSecret, `${at}.callbackSecret`),
          pollEvery: ci.pollEvery,
          stateDir,
          world,
          listener,
          warn: warnIn(logger, name),
        });
      case 'generic':
        return genericCi({
          callbackSecret: readSecret(ci.callbackSecret, `${at}.callbackSecret`),
        });
    }
  },
  mirror({ id, remote }, { config, git }, { forge, credentials, explain }) {
    if (credentials === null) return openMirror(git, { kind: 'local', directory: remote });
    const directory = join(config.stateDir, 'mirrors', forge, `${id}.git`);
    return openMirror(git.with(credentials, explain), { kind: 'remote', url: remote, directory });
  },
};

/** A GitHub forge's options, its secrets read. @throws {ConfigError} */
export function gitHubOptions(
  name: string,
  forge: Extract<Config['forges'][string], { kind: 'github' }>,
): Omit<GitHubOptions, 'world'> {
  const at = `forges.${name}`;
  const { app, token } = forge;
  return {
    name,
    apiUrl: forge.apiUrl,
    webhookSecret: readSecret(forge.webhookSecret, `${at}.webhookSecret`),
    auth:
      app === undefined
        ? { token: token === undefined ? '' : readSecret(token, `${at}.token`) }
        : { app: { id: app.id, privateKey: readSecret(app.privateKey, `${at}.app.privateKey`) } },
  };
}

function warnIn(logger: Logger, name: string): (message: string, detail: object) => void {
  return (message, detail) => logger.warn({ of: name, ...detail }, message);
}

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
  let limitsKept: () => Promise<void>;
  try {
    mkdirSync(config.stateDir, { recursive: true });
    const by = await settleClock(log.db, world.now());
    if (by > 0) logger.warn({ milliseconds: by }, 'the clock was set back since the last event');
    limitsKept = await keepLimits(log.db, options);
  } catch (error) {
    await log.close();
    throw error;
  }
  const git = new Git({ home: join(config.stateDir, 'git'), now: () => world.now() });
  const around = {
    config,
    world,
    logger,
    git,
    gitConfig: configurationFile(join(config.stateDir, 'git')),
  };
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
      const url = `${baseUrl}/webhooks/${encodeURIComponent(repository.forge)}`;
      const message = await forge.signalTo(found, url);
      if (message !== null) logger.warn({ repository: repository.name }, message);
    }
    const credentials = credentialsOf(forge, found);
    const explain: Explain = (refusal) => forge.explain?.(found, refusal) ?? Promise.resolve(null);
    const mirror = await make.mirror(found, around, {
      forge: repository.forge,
      credentials,
      explain,
    });
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
  const reconciler = new Reconciler(engine, reports, config.reconcileEvery, () =>
    prune(engine, { retain: config.retain, archive: config.archive ?? null }),
  );

  return {
    config,
    engine,
    reports,
    reconciler,
    log,
    forges,
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
      await limitsKept();
      await log.close();
    },
  };
}

/** What git shows to the forge; null where the repository itself is at hand. */
function credentialsOf(
  forge: Forge,
  repository: ForgeRepository,
): (() => Promise<Credentials>) | null {
  const show = forge.credentials?.bind(forge);
  return show === undefined ? null : () => show(repository);
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
