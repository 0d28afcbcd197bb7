import type { Effect } from '../../machines/effect.ts';
import { nextTimer } from '../log/outbox.ts';
import { Due } from './due.ts';
import type { Engine } from './engine.ts';
import { fireTimers } from './timers.ts';

/** Knows when the next timer comes due, and fires it then. */
export class TimerWatch {
  readonly due = new Due();
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** An event, recorded not before `at`, has asked for these; a timer among them may be the next. */
  asked(effects: readonly Effect[], at: number): void {
    for (const effect of effects)
      if (effect.type === 'timer.set') this.due.at(at + effect.params.after);
  }

  /** Fires those whose time has come. @returns whether more of them may be due */
  async fire(now: number): Promise<boolean> {
    this.due.looking();
    const next = await nextTimer(this.#engine.options.db);
    this.due.looked(next);
    return next !== null && next <= now && (await fireTimers(this.#engine));
  }
}
