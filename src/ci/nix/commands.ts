import { setMaxListeners } from 'node:events';
import { dirname } from 'node:path';
import { endDetached, runDetached, standingOf, type Ended } from './detached.ts';
import type { Host } from './host.ts';
import type { Slots, Turn } from './slots.ts';

/**
 * The commands of one build. Giving up waiting and ending a command are two things: a command holds its slot until
 * it has truly ended, whoever still waits for it.
 */
export class Commands {
  private readonly host: Host;
  private readonly directory: string;
  private readonly turn: Turn;
  private readonly giveUp = new AbortController();
  private readonly running = new Map<string, Promise<unknown>>();

  constructor(host: Host, directory: string, turn: Turn) {
    this.host = host;
    this.directory = directory;
    this.turn = turn;
    // One a job, and there may be hundreds.
    setMaxListeners(0, this.signal);
  }

  /** Aborted when the build is cancelled, or this process lets go. */
  get signal(): AbortSignal {
    return this.giveUp.signal;
  }

  stopWaiting(reason: Error): void {
    this.giveUp.abort(reason);
  }

  /** Runs a command in its turn, or joins it, or tells how it ended; `begins` is called when its turn has come. */
  async run(
    prefix: string,
    slots: Slots,
    command: readonly string[],
    { begins = () => {}, env = {} }: { begins?: () => void; env?: NodeJS.ProcessEnv } = {},
  ): Promise<Ended> {
    const standing = await standingOf(prefix);
    if (standing.kind !== 'absent' && standing.kind !== 'running') {
      this.disown(prefix);
      return standing;
    }
    if (!this.host.adopted.delete(prefix)) await slots.take(this.turn, this.signal);
    begins();
    const { closing, options } = this.host;
    const run = runDetached(
      prefix,
      command,
      { ...this.host.env, ...env },
      { world: options.world, signal: closing },
    );
    const settled = run.finally(() => {
      this.running.delete(prefix);
      slots.release();
    });
    this.running.set(prefix, settled);
    return await this.unlessGivenUp(settled);
  }

  /** Ends all of these that run, save those that another build waits for. Resolves when they are gone. */
  async end(prefixes: readonly string[]): Promise<void> {
    const { options, closing } = this.host;
    const mine = [...new Set([...prefixes, ...this.running.keys()])].filter(
      (prefix) => !this.host.isFollowed(prefix, this.directory),
    );
    const ended = Promise.allSettled(mine.flatMap((prefix) => this.running.get(prefix) ?? []));
    const grace = options.graceMilliseconds ?? 5000;
    // Again and again: a wrapper that was only just begun has not told its identity yet.
    for (let over = false; !over && !closing.aborted; ) {
      await Promise.all(mine.map((prefix) => endDetached(prefix, grace, options.world)));
      const pause = new Promise<boolean>(
        (resolve) => void options.world.after(50, () => resolve(false)),
      );
      over = await Promise.race([ended.then(() => true), pause]);
    }
    for (const prefix of mine) this.disown(prefix);
  }

  /** When nothing runs any more, also what was left to the builds that wait for it. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.running.values());
  }

  private disown(prefix: string): void {
    this.host.adopted.get(prefix)?.release();
    this.host.adopted.delete(prefix);
  }

  private unlessGivenUp<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(this.signal.reason);
      if (this.signal.aborted) giveUp();
      this.signal.addEventListener('abort', giveUp, { once: true });
      work.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', giveUp));
    });
  }
}

/** The directory of the build that a command belongs to. */
export const directoryOf = (prefix: string): string => dirname(prefix);
