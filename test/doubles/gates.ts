import type { Forge } from '../../src/ports/forge.ts';
import type { Mirror } from '../../src/ports/mirror.ts';
import { wrapped } from './wrapped.ts';

type Verb = 'fetch' | 'push' | 'publish';

/** One call that is held up. */
export interface Held {
  /** Resolves when the call has come to where it is held. */
  readonly reached: Promise<void>;
  release(): void;
}

interface Hold extends Held {
  readonly moment: 'before' | 'after';
  readonly arrive: () => void;
  readonly released: Promise<void>;
}

/** Stands between the engine and what it works with, so that a test decides what else happens during an effect. */
export class Gates {
  readonly #holds = new Map<Verb, Hold[]>();

  /** Holds up the next call: before anything is done, or when all is done but nobody has been told. */
  hold(verb: Verb, moment: 'before' | 'after' = 'before'): Held {
    let arrive = (): void => {};
    let release = (): void => {};
    const reached = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hold = { moment, reached, arrive, released, release };
    this.#holds.set(verb, [...(this.#holds.get(verb) ?? []), hold]);
    return hold;
  }

  readonly mirror = (real: Mirror): Mirror =>
    wrapped(real, {
      fetch: (commit, ref) => this.#pass('fetch', () => real.fetch(commit, ref)),
      push: (branch, commit, expected) =>
        this.#pass('push', () => real.push(branch, commit, expected)),
    });

  readonly forge = (real: Forge): Forge =>
    wrapped(real, {
      publish: (repository, status) =>
        this.#pass('publish', () => real.publish(repository, status)),
    });

  async #pass<Result>(verb: Verb, work: () => Promise<Result>): Promise<Result> {
    const hold = this.#holds.get(verb)?.shift();
    if (hold === undefined) return work();
    if (hold.moment === 'after') {
      const result = await work();
      hold.arrive();
      await hold.released;
      return result;
    }
    hold.arrive();
    await hold.released;
    return work();
  }
}
