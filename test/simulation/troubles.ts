import { PortError } from '../../src/ports/port-error.ts';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import type { Trouble } from './plan.ts';

type Of = Trouble['with'];
type How = Trouble['how'];

/** What goes wrong just now. */
export class Troubles {
  readonly #active = new Map<string, Trouble[]>();
  readonly #chance: Chance;
  readonly #clock: Clock;

  constructor(chance: Chance, clock: Clock) {
    this.#chance = chance;
    this.#clock = clock;
  }

  begin(trouble: Trouble): void {
    const key = `${trouble.with} ${trouble.how}`;
    const active = this.#active.get(key) ?? [];
    this.#active.set(key, active);
    active.push(trouble);
    this.#clock.after(trouble.for, () => active.splice(active.indexOf(trouble), 1));
  }

  /** Whether there is a trouble of that kind, whatever it meets. */
  isOn(of: Of, how: How): boolean {
    return (this.#active.get(`${of} ${how}`)?.length ?? 0) > 0;
  }

  /** Whether a trouble of that kind meets this call, delivery or build. */
  strikes(of: Of, how: How, place: string): boolean {
    const active = this.#active.get(`${of} ${how}`);
    if (active === undefined) return false;
    return active.some(({ share }) => this.#chance.happens(`${of} ${how} ${place}`, share));
  }

  /** What a call fails with, and whether it is carried out all the same. */
  failure(of: Of, place: string): { readonly acts: boolean; readonly error: PortError } | null {
    if (this.strikes(of, 'before', place))
      return { acts: false, error: new PortError('unavailable', 'connection refused') };
    if (this.strikes(of, 'denied', place))
      return { acts: false, error: new PortError('denied', 'bad credentials') };
    if (this.strikes(of, 'limited', place)) {
      const retryAt = this.#clock.now + this.#chance.between('limited for', 5000, 90_000);
      return { acts: false, error: new PortError('rate-limited', 'slow down', { retryAt }) };
    }
    if (this.strikes(of, 'after', place))
      return { acts: true, error: new PortError('timeout', 'no answer in time') };
    return null;
  }
}
