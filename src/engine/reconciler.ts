import type { BuildReports } from './build-reports.ts';
import type { Engine } from './engine.ts';
import { reconcile } from './reconcile.ts';
import { SayAgain } from './say-again.ts';

/** Reconciles at start, every few minutes, and when asked to; never twice at once. */
export class Reconciler {
  readonly #engine: Engine;
  readonly #reports: BuildReports;
  readonly #every: number;
  readonly #sayAgain: SayAgain;
  readonly #tidy: () => Promise<void>;
  #running: Promise<void> | null = null;
  #callOff: () => void = () => {};
  #isStopped = false;

  /** `tidy`: done after each round. */
  constructor(
    engine: Engine,
    reports: BuildReports,
    every: number,
    tidy: () => Promise<void> = async () => {},
  ) {
    this.#engine = engine;
    this.#reports = reports;
    this.#every = every;
    this.#tidy = tidy;
    this.#sayAgain = new SayAgain(engine);
  }

  /** Opens every configured repository that can be opened now; the others are tried again at each round. */
  async openPlaces(): Promise<void> {
    const { places, logger } = this.#engine.options;
    for (const config of places.configs) {
      try {
        await places.open(config);
      } catch (error) {
        logger.error(
          { err: error, repository: config.name },
          'this repository cannot be opened now',
        );
      }
    }
  }

  start(): void {
    void this.run();
  }

  /** One round; a round that is under way is waited for, and is enough. */
  async run(): Promise<void> {
    this.#running ??= this.#round().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  /** Waits for a round that is under way at most `patience` milliseconds: a forge may be slow to answer. */
  async stop(patience: number): Promise<void> {
    const { world, logger } = this.#engine.options;
    this.#isStopped = true;
    this.#callOff();
    let callOff = (): void => {};
    const enough = new Promise<'enough'>((resolve) => {
      callOff = world.after(patience, () => resolve('enough'));
    });
    const end = await Promise.race([this.#running, enough]);
    callOff();
    if (end === 'enough') logger.warn('left a round of reconciling that has not ended');
  }

  async #round(): Promise<void> {
    const { logger, world } = this.#engine.options;
    this.#callOff();
    const begun = world.now();
    try {
      await reconcile(this.#engine, this.#reports, this.#sayAgain);
      logger.debug({ milliseconds: world.now() - begun }, 'reconciled');
      await this.#tidy();
    } catch (error) {
      logger.error({ err: error }, 'could not reconcile');
    }
    if (!this.#isStopped) this.#callOff = world.after(this.#every, () => this.start());
  }
}
