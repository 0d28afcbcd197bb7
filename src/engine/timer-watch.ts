import type { Effect } from '../../machines/effect.ts';
import { nextTimer } from '../log/outbox.ts';
import type { Engine } from './engine.ts';
import { fireTimers } from './timers.ts';

/** How long it relies on what it knows, milliseconds: another process over the same database may have set a timer. */
const trustedFor = 60_000;

/** Knows before when no timer comes due: there are many more looks at the outbox than timers. */
export class TimerWatch {
  readonly #engine: Engine;
  #noneBefore = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** An event, recorded not before `at`, has asked for these; a timer among them may be the next. */
  asked(effects: readonly Effect[], at: number): void {
    for (const effect of effects)
      if (effect.type === 'timer.set')
        this.#noneBefore = Math.min(this.#noneBefore, at + effect.params.after);
  }

  /** The clock was set back, and all timers with it. */
  forget(): void {
    this.#noneBefore = Number.NEGATIVE_INFINITY;
  }

  mayBeDue(now: number): boolean {
    return now >= this.#noneBefore || now - this.#lookedAt >= trustedFor;
  }

  /** Fires those whose time has come. @returns whether more of them may be due */
  async fire(now: number): Promise<boolean> {
    if (await fireTimers(this.#engine)) return true;
    // One that is set while we look counts by itself.
    this.#noneBefore = Number.POSITIVE_INFINITY;
    const next = (await nextTimer(this.#engine.options.db)) ?? Number.POSITIVE_INFINITY;
    this.#noneBefore = Math.min(this.#noneBefore, next);
    this.#lookedAt = now;
    return false;
  }
}
