import type { Logger } from 'pino';
import type { EventData } from '../../machines/fold.ts';
import { append, currentState, type Incoming, kindOf, type Recorded } from '../log/append.ts';
import type { LogDatabase } from '../log/database.ts';
import { releaseLeases } from '../log/outbox.ts';
import type { StreamState } from '../log/snapshots.ts';
import type { World } from '../ports/world.ts';
import type { Places } from './place.ts';
import type { CommonPolicy } from './policy.ts';
import { Worker } from './worker.ts';

export interface EngineOptions {
  readonly db: LogDatabase;
  readonly places: Places;
  readonly world: World;
  readonly logger: Logger;
  readonly machineVersion: string;
  readonly concurrency: number;
  readonly policy: CommonPolicy;
  /** The page of a stream, that its statuses link to. */
  readonly pageUrl: (stream: string) => string | null;
}

/** Told of every event, after it is durable. */
export type RecordListener = (recorded: Recorded, event: EventData) => void;

/** One try at an effect. */
export interface Tried {
  readonly type: string;
  /** `held`: put back until the other side's rate limit ends. */
  readonly outcome: 'done' | 'moot' | 'dead' | 'retried' | 'held';
}
/** Told of every try at an effect, after what came of it is durable. */
export type TryListener = (tried: Tried) => void;

/**
 * The one loop and its one entrance: whatever happens is recorded here, and a worker carries out what the machines ask
 * for. It owns no state of its own: all that matters is in the log.
 */
export class Engine {
  readonly options: EngineOptions;
  readonly #worker: Worker;
  readonly #listeners = new Set<RecordListener>();
  readonly #tryListeners = new Set<TryListener>();

  constructor(options: EngineOptions) {
    this.options = options;
    this.#worker = new Worker(this);
  }

  /**
   * Records an event, durably, before it returns.
   * @returns null if `incoming.first` declined
   * @throws {LogError} `conflict`, `unavailable`, `corrupt`; nothing was stored then
   */
  async record(incoming: Incoming): Promise<Recorded | null> {
    const { db, machineVersion, world, logger } = this.options;
    const begun = world.now();
    const recorded = await append({ db, machineVersion, now: () => world.now() }, incoming);
    if (recorded === null || recorded.duplicate) return recorded;
    const { stream, version, state, handled } = recorded;
    logger.info({ stream, version, state, handled, source: incoming.source }, incoming.event.type);
    // First: of what nobody tells it the worker knows nothing.
    this.#worker.asked(recorded.effects, incoming.source, begun);
    for (const listener of this.#listeners) listener(recorded, incoming.event);
    return recorded;
  }

  /** Where a stream is for today's machine. */
  async state(stream: string): Promise<StreamState> {
    const { db, machineVersion } = this.options;
    return currentState({ db, machineVersion }, stream, kindOf(stream));
  }

  /** @returns a function that ends it */
  listen(listener: RecordListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns a function that ends it */
  listenToTries(listener: TryListener): () => void {
    this.#tryListeners.add(listener);
    return () => this.#tryListeners.delete(listener);
  }

  /** The worker tells of a try. */
  tried(tried: Tried): void {
    for (const listener of this.#tryListeners) listener(tried);
  }

  /** Something may be due that no event has brought. */
  wake(): void {
    this.#worker.wake();
  }

  /** Takes up what an earlier process left, and begins to carry out effects. */
  async start(): Promise<void> {
    const released = await releaseLeases(this.options.db);
    if (released > 0)
      this.options.logger.info({ released }, 'took up effects of an earlier process');
    this.#worker.start();
  }

  /** Begins nothing new; waits for what is under way at most `patience` milliseconds, and puts back the rest. */
  async stop(patience: number): Promise<void> {
    await this.#worker.stop(patience);
  }

  /** Resolves when nothing is under way and nothing is due: for those who run the service step by step. */
  async settled(): Promise<void> {
    await this.#worker.settled();
  }
}
