import type { Forge, ForgePull } from '../../src/ports/forge.ts';
import { wrapped } from './wrapped.ts';

/** A forge that tells more of its pull requests than a git server has to say: labels, and who may write. */
export class ToldOtherwise {
  readonly #told = new Map<number, Partial<ForgePull>>();

  say(number: number, of: Partial<ForgePull>): void {
    this.#told.set(number, { ...this.#told.get(number), ...of });
  }

  readonly forge = (real: Forge): Forge =>
    wrapped(real, {
      openPulls: async (repository) =>
        (await real.openPulls(repository)).map((pull) => this.#as(pull)),
      pull: async (repository, number, last) => {
        const pull = await real.pull(repository, number, last);
        return pull === null ? null : this.#as(pull);
      },
    });

  #as(pull: ForgePull): ForgePull {
    return { ...pull, ...this.#told.get(pull.number) };
  }
}
