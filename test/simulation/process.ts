import type Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import pino, { type Logger } from 'pino';
import type { EventData } from '../../machines/fold.ts';
import { parseConfig } from '../../src/config.ts';
import type { Config } from '../../src/config/schema.ts';
import { BuildReports } from '../../src/engine/build-reports.ts';
import { takeMessage } from '../../src/engine/ci-messages.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Places } from '../../src/engine/place.ts';
import { Reconciler } from '../../src/engine/reconciler.ts';
import { takeDelivery } from '../../src/engine/take-delivery.ts';
import { settleClock } from '../../src/log/clock.ts';
import { isUnavailable, LogError } from '../../src/log/log-error.ts';
import { readMachineVersion } from '../../src/log/machine-version.ts';
import type { Tables } from '../../src/log/schema.ts';
import type { BuildReport, CiMessage } from '../../src/ports/ci.ts';
import type { Delivery } from '../../src/ports/forge.ts';
import { PortError } from '../../src/ports/port-error.ts';
import type { World } from '../../src/ports/world.ts';
import { openMortal } from './mortal-database.ts';
import { ciPort, forgePort, mirrorPort } from './ports.ts';
import type { Settings } from './plan.ts';
import type { Universe } from './universe.ts';

export const forgeName = 'hub';
const machineVersion = readMachineVersion();
const configs = new Map<string, Config>();

export function configOf(settings: Settings): Config {
  const key = JSON.stringify(settings.repository);
  const config =
    configs.get(key) ??
    parseConfig(
      {
        publicUrl: 'https://ci.example.org',
        reconcileEvery: '5m',
        retry: { base: '1s', max: '20s' },
        deadlines: { start: '10m', finish: '40m' },
        forges: { [forgeName]: { kind: 'git', root: '/srv' } },
        ci: { ci: { kind: 'nix' } },
        repositories: [{ forge: forgeName, name: 'o/r', ci: 'ci', ...settings.repository }],
      },
      '/',
    );
  configs.set(key, config);
  return config;
}

/**
 * One life of the service's process: the real engine, log and machines, put together as `src/service.ts` does, over the
 * models. Once it is dead, nothing that it has begun goes on: its calls and statements are never answered.
 */
export class Process {
  isAlive = true;
  readonly db: Kysely<Tables>;
  readonly engine: Engine;
  readonly reports: BuildReports;
  readonly #universe: Universe;
  readonly #reconciler: Reconciler;

  constructor(universe: Universe, sqlite: Database.Database) {
    this.#universe = universe;
    const config = configOf(universe.plan.settings);
    const forge = forgePort(universe, this);
    const ci = ciPort(universe, this);
    const mirror = mirrorPort(universe, this);
    const places = new Places(config.repositories, async (repository) => ({
      config: repository,
      forge,
      ci,
      mirror,
      repository: await forge.repository(repository.name),
    }));
    this.db = openMortal(sqlite, (sql) => universe.beforeStatement(this, sql), true);
    this.engine = new Engine({
      db: this.db,
      places,
      world: this.#world(),
      logger: watchful((error) => universe.note({ kind: 'surprise', error })),
      machineVersion,
      concurrency: config.concurrency,
      policy: { deadlines: config.deadlines, retry: config.retry },
      pageUrl: (stream) => `${config.publicUrl}/${stream}`,
    });
    this.engine.listen(({ stream, version, state, handled }, event) => {
      universe.note({ kind: 'recorded', stream, version, state, handled, event });
    });
    this.reports = new BuildReports(this.engine);
    this.#reconciler = new Reconciler(this.engine, this.reports, config.reconcileEvery);
  }

  /** As `Service.start`. */
  async start(): Promise<void> {
    await settleClock(this.db, this.engine.options.world.now());
    await this.#reconciler.openPlaces();
    await this.engine.start();
    this.#reconciler.start();
  }

  /** A delivery comes in. `accepted` is called once it is durable. */
  deliver(delivery: Delivery, accepted: () => void): void {
    takeDelivery(this.engine, this.reports, forgeName, delivery).then(accepted, (error: unknown) =>
      this.#refused(error),
    );
  }

  /** The CI tells by itself where a build stands. */
  hear(report: BuildReport): void {
    this.reports.take(report);
  }

  /** The CI says something of a commit. */
  take(message: CiMessage): void {
    const places = this.engine.options.places.ofCi('ci');
    takeMessage(this.engine, this.reports, places, message).catch((error: unknown) =>
      this.#refused(error),
    );
  }

  /** An operator has something done to a pull request that is known. */
  operate(stream: string, event: EventData): void {
    this.engine
      .state(stream)
      .then(async ({ version }) =>
        version === 0 ? null : this.engine.record({ stream, event, source: 'operator' }),
      )
      .catch((error: unknown) => this.#refused(error));
  }

  #refused(error: unknown): void {
    if (isSurprising(error)) this.#universe.note({ kind: 'surprise', error });
  }

  #world(): World {
    const { clock, chance } = this.#universe;
    return {
      now: () => clock.now + this.#universe.skew,
      random: () => chance.at('world'),
      id: () => `id${chance.at('id')}`,
      after: (milliseconds, callback) =>
        clock.after(milliseconds, () => {
          if (this.isAlive) callback();
        }),
    };
  }
}

/** What the service knows how to meet is no surprise. */
function isSurprising(error: unknown): boolean {
  return !(error instanceof PortError || error instanceof LogError || isUnavailable(error));
}

const silent = pino({ level: 'silent' });

/** A logger that tells of nothing but of errors that nobody had thought of. */
function watchful(surprise: (error: unknown) => void): Logger {
  const look = (detail: unknown): void => {
    const error: unknown =
      typeof detail === 'object' && detail !== null ? Reflect.get(detail, 'err') : undefined;
    if (error !== undefined && isSurprising(error)) surprise(error);
  };
  const logger: Logger = Object.create(silent);
  return Object.assign(logger, { warn: look, error: look });
}
