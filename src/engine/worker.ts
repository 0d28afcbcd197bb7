import { setBack } from '../log/clock.ts';
import { relaxed } from '../log/database.ts';
import { isUnavailable } from '../log/log-error.ts';
import { effect as effectSchema, type Effect } from '../../machines/effect.ts';
import type { EventData } from '../../machines/fold.ts';
import type { Snapshot } from '../../machines/fold.ts';
import { isMoot } from '../../machines/moot.ts';
import { carryOut } from '../effects/carry-out.ts';
import {
  claimEffect,
  finishEffect,
  holdLane,
  type LeasedEffect,
  nextEffect,
  postponeEffect,
} from '../log/outbox.ts';
import { redacted } from '../ports/secrets.ts';
import { Due } from './due.ts';
import type { Engine } from './engine.ts';
import { codeOf, givenUp, judge } from './give-up.ts';
import { lastFailure } from './last-failure.ts';
import { isStillUnsaid } from './say-again.ts';
import { sceneOf } from './scene-of.ts';
import { TimerWatch } from './timer-watch.ts';

/** How long an effect may take before another claimer may have it. Every git and HTTP call ends long before. */
const leaseFor = 15 * 60_000;
/** The longest the worker sleeps: a clock that is set back must not keep it asleep. */
const longestSleep = 30_000;
/** How long it rests when the database cannot be written. */
const restAfterFault = 1000;
/** When a held stream's effects are looked at again; `machine.accepted` drops them before that. */
const heldFor = 24 * 3_600_000;

/**
 * Carries out effects, as many at once as it may, and fires timers.
 *
 *     asleep ──wake, due──▶ pumping ──nothing due──▶ asleep
 *                  ▲            │ claims, and carries out beside itself
 *                  └── an effect has ended ──┘
 */
export class Worker {
  readonly #timers: TimerWatch;
  /** When an effect may be claimed. */
  readonly #effects = new Due();
  /** When the lease of one ends that was lost. */
  readonly #leases = new Due();
  readonly #engine: Engine;
  readonly #underWay = new Map<string, { row: LeasedEffect; done: Promise<void> }>();
  /** The end of one that is under way may let another begin: that was due, and had to wait, or came of the first. */
  #isBehind = false;
  #isClaiming = false;
  #pumping: Promise<void> | null = null;
  #firing: Promise<void> | null = null;
  #isRunning = false;
  #isWoken = false;
  /** What the clock said at the last look. */
  #latest: number;
  #callOff: () => void = () => {};

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#latest = engine.options.world.now();
    this.#timers = new TimerWatch(engine);
  }

  start(): void {
    this.#isRunning = true;
    this.wake();
  }

  /** An event, recorded not before `at`, has asked for these. */
  asked(effects: readonly Effect[], source: string, at: number): void {
    this.#timers.asked(effects, at);
    const isAsked = effects.some(({ type }) => !type.startsWith('timer.'));
    if (isAsked && source !== 'effect') return this.wake();
    // The end of the effect that it came of frees its lane.
    if (isAsked) this.#isBehind = true;
    if (effects.length > 0) this.#look();
  }

  /** An effect may have become due. */
  wake(): void {
    this.#effects.at();
    this.#look();
  }

  /** Looks for what is due, as far as that is not known. */
  #look(): void {
    this.#isWoken = true;
    if (!this.#isRunning || this.#pumping !== null) return;
    this.#callOff();
    this.#pumping = this.#pump().finally(() => {
      this.#pumping = null;
      if (this.#isWoken && this.#isRunning) this.#look();
    });
  }

  async settled(): Promise<void> {
    while (this.#pumping !== null || this.#firing !== null || this.#underWay.size > 0) {
      await this.#pumping;
      await this.#firing;
      await Promise.all([...this.#underWay.values()].map(({ done }) => done));
    }
  }

  async stop(patience: number): Promise<void> {
    this.#isRunning = false;
    this.#callOff();
    const { world, db, logger } = { ...this.#engine.options };
    let callOff = (): void => {};
    const enough = new Promise<void>((resolve) => {
      callOff = world.after(patience, resolve);
    });
    await Promise.race([this.settled(), enough]);
    callOff();
    for (const { row } of this.#underWay.values()) {
      logger.warn(
        { effect: row.id, type: row.type },
        'put back, to be carried out at the next start',
      );
      await postponeEffect(db, row, row.run_at, 'the service was stopped').catch(() => {});
    }
  }

  async #pump(): Promise<void> {
    const { world, logger } = this.#engine.options;
    let rest = longestSleep;
    try {
      await this.#lookAtTheClock();
      while (this.#isRunning && this.#isWoken) {
        this.#isWoken = false;
        this.#fireTimers();
        if (this.#leases.mayBe(world.now())) {
          this.#leases.looking();
          this.#effects.at();
        }
        if (this.#effects.mayBe(world.now())) {
          this.#isClaiming = true;
          await this.#claim().finally(() => {
            this.#isClaiming = false;
          });
        }
      }
      rest = Math.min(rest, this.#effects.next - world.now());
      // While they are fired what is known of them is no news; the end of that looks again.
      if (this.#firing === null) rest = Math.min(rest, this.#timers.due.next - world.now());
    } catch (error) {
      logger.error({ err: error }, 'the worker rests: the database cannot be used now');
      rest = restAfterFault;
      this.#effects.at();
      // Whoever wakes it meanwhile would have it try again and again, without a rest.
      this.#isWoken = false;
    }
    if (this.#isRunning) this.#callOff = world.after(Math.max(rest, 1), () => this.#look());
  }

  /** Begins all that may be begun. */
  async #claim(): Promise<void> {
    const { db, world, concurrency } = this.#engine.options;
    this.#effects.looking();
    this.#isBehind = false;
    // What comes due while we look is not overslept: from before this moment on everything has been looked at.
    const since = world.now();
    while (this.#isRunning && this.#underWay.size < concurrency) {
      const busy = [...this.#underWay.values()].map(({ row: { lane } }) => lane);
      const now = world.now();
      const claimed = await relaxed(db, (tx) => claimEffect(tx, now, leaseFor, busy));
      if (claimed === null) break;
      const { row, next } = claimed;
      this.#begin(row);
      if (next === null || next > now) {
        this.#effects.looked(next);
        return;
      }
    }
    if (this.#underWay.size > 0) this.#isBehind = true;
    this.#effects.looked(await nextEffect(db, since));
  }

  /** A clock that was set back makes nothing wait longer than it had to (G6). */
  async #lookAtTheClock(): Promise<void> {
    const { db, world, logger } = this.#engine.options;
    const now = world.now();
    const by = await setBack(db, now, this.#latest - now);
    if (by > 0) {
      logger.warn({ milliseconds: by }, 'the clock was set back');
      this.#timers.due.at();
      this.#effects.at();
    }
    this.#latest = now;
  }

  #begin(row: LeasedEffect): void {
    const done = this.#carryOut(row)
      .catch((error: unknown) => {
        const { logger, world } = this.#engine.options;
        logger.error({ err: error, effect: row.id }, 'an effect was lost');
        this.#leases.at(world.now() + leaseFor + 1);
      })
      .finally(() => {
        this.#underWay.delete(row.id);
        if (this.#isBehind || this.#isClaiming) this.wake();
      });
    this.#underWay.set(row.id, { row, done });
  }

  async #postpone(row: LeasedEffect, until: number, why: string): Promise<void> {
    await postponeEffect(this.#engine.options.db, row, until, why);
    this.#effects.at(until);
    this.#look();
  }

  /** Beside the claiming: before a deadline judges, the CI is asked, and that may take its time. */
  #fireTimers(): void {
    const { world, logger } = this.#engine.options;
    const now = world.now();
    if (!this.#timers.due.mayBe(now)) return;
    this.#firing ??= this.#timers
      .fire(now)
      .catch(async (error: unknown) => {
        logger.error({ err: error }, 'timers could not be fired now');
        await new Promise<void>((resolve) => {
          world.after(restAfterFault, resolve);
        });
        return true;
      })
      .then((mayBeMore) => {
        this.#firing = null;
        if (mayBeMore) this.#timers.due.at();
        // One may have come due while we looked, or come to be known, when nobody else would look.
        this.#look();
      });
  }

  async #carryOut(row: LeasedEffect): Promise<void> {
    const { world, logger } = this.#engine.options;
    const state = await this.#engine.state(row.stream);
    if (state.held !== null) {
      logger.warn({ stream: row.stream, why: state.held }, 'held: not acted on');
      await this.#postpone(row, world.now() + heldFor, `held: ${state.held}`);
      return;
    }
    const effect = effectSchema.parse({ type: row.type, params: JSON.parse(row.params) });
    if (isMoot(state.snapshot, effect)) {
      await this.#finish(row, 'moot', null);
      return;
    }
    let result: EventData | null;
    const begun = world.now();
    try {
      result = await carryOut(effect, sceneOf(this.#engine, row, state.snapshot));
    } catch (error) {
      await this.#fail(row, effect, error, state.snapshot);
      return;
    }
    logger.debug({ effect: row.id, type: row.type, milliseconds: world.now() - begun }, 'done');
    if (result === null) await this.#finish(row, 'done', null);
    else await this.#finishWith(row, result, 'done', null);
  }

  async #finish(
    row: LeasedEffect,
    outcome: 'done' | 'moot' | 'dead',
    error: string | null,
  ): Promise<void> {
    const { db, world } = this.#engine.options;
    await this.#persist(() =>
      relaxed(db, (tx) => finishEffect(tx, row, { at: world.now(), outcome, error })),
    );
    this.#engine.tried({ type: row.type, outcome });
  }

  /** Ends the effect and records what came of it, together or not at all. */
  async #finishWith(
    row: LeasedEffect,
    event: EventData,
    outcome: 'done' | 'dead',
    error: string | null,
  ): Promise<void> {
    const { world } = this.#engine.options;
    await this.#persist(() =>
      this.#engine.record({
        stream: row.stream,
        event,
        source: 'effect',
        key: `${row.id}:${row.attempts}`,
        first: (tx) => finishEffect(tx, row, { at: world.now(), outcome, error }),
      }),
    );
    this.#engine.tried({ type: row.type, outcome });
  }

  async #fail(
    row: LeasedEffect,
    effect: Effect,
    error: unknown,
    snapshot: Snapshot,
  ): Promise<void> {
    const { db, world, logger, policy } = this.#engine.options;
    const message = redacted(error instanceof Error ? error.message : String(error));
    const now = world.now();
    const verdict = judge(
      error,
      { type: effect.type, attempts: row.attempts },
      {
        retry: policy.retry,
        now,
        random: world.random(),
      },
    );
    logger.warn(
      { effect: row.id, type: row.type, attempt: row.attempts, verdict: verdict.kind, err: error },
      'an effect failed',
    );
    switch (verdict.kind) {
      case 'retry':
        await this.#persist(() => this.#postpone(row, now + verdict.after, message));
        this.#engine.tried({ type: row.type, outcome: 'retried' });
        return;
      case 'hold':
        await this.#persist(() => holdLane(db, row.lane, verdict.until));
        await this.#persist(() => this.#postpone(row, verdict.until, message));
        this.#engine.tried({ type: row.type, outcome: 'held' });
        return;
      case 'give-up': {
        const code = codeOf(error);
        const isNews =
          !isStillUnsaid(snapshot, effect, code) && !(await this.#isStillUnkept(row, effect));
        const event = isNews ? givenUp(effect, code, message) : null;
        if (event === null) await this.#finish(row, 'dead', message);
        else await this.#finishWith(row, event, 'dead', message);
      }
    }
  }

  /** What could not be kept is tried in each round of reconciling; that it still cannot is no event. */
  async #isStillUnkept({ id, stream }: LeasedEffect, { type }: Effect): Promise<boolean> {
    return type === 'cache.retain' && (await lastFailure(this.#engine, stream, id)) !== null;
  }

  /** What was done must not be forgotten because the disk is full for a while (G2). */
  async #persist(write: () => Promise<unknown>): Promise<void> {
    const { world } = this.#engine.options;
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (!isUnavailable(error) || !this.#isRunning) throw error;
        await new Promise<void>((resolve) => {
          world.after(restAfterFault, resolve);
        });
      }
    }
  }
}
