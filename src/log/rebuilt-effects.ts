import type { Effect } from '../../machines/effect.ts';
import type { LogDatabase } from './database.ts';
import { type Cause, changeBy } from './outbox.ts';
import type { EffectRow } from './schema.ts';
import { writeRow } from './write-row.ts';

/** How an effect has ended. */
type End = Pick<EffectRow, 'outcome' | 'done_at'> &
  Partial<Pick<EffectRow, 'attempts' | 'last_error'>>;

/**
 * The outbox of one stream while its log is gone through once more. Each row is written once, when it has ended; those
 * that have not are known here.
 */
export class RebuiltEffects {
  readonly #db: LogDatabase;
  /** In the order in which they were asked for. */
  readonly #unfinished = new Map<string, EffectRow>();
  /** Of each timer that is set, its row. */
  readonly #timers = new Map<string, EffectRow>();
  /** Of each lane the last effect that has had its turn. */
  readonly #turns = new Map<string, EffectRow>();

  constructor(db: LogDatabase) {
    this.#db = db;
  }

  async add(cause: Cause, effects: readonly Effect[]): Promise<void> {
    for (const [index, effect] of effects.entries()) {
      const { timer, row } = changeBy(cause, index, effect);
      const ended = timer === null ? undefined : this.#timers.get(timer.type);
      if (timer !== null && ended !== undefined)
        await this.#end(ended, { done_at: cause.at, outcome: timer.outcome });
      if (row === null) continue;
      this.#unfinished.set(row.id, row);
      if (row.kind === 'timer') this.#timers.set(row.type, row);
    }
  }

  /** Ends the effect of that id, if it has not ended yet. */
  async finish(id: string, end: End): Promise<void> {
    const row = this.#unfinished.get(id);
    if (row !== undefined) await this.#end(row, end);
  }

  async drop(at: number): Promise<void> {
    for (const row of this.#unfinished.values())
      await this.#end(row, { done_at: at, outcome: 'dropped' });
  }

  /** Writes what is left, where what has come of the others does not tell that it has ended too. */
  async close(): Promise<void> {
    for (const row of this.#unfinished.values()) {
      const turn = this.#turns.get(row.lane);
      if (turn !== undefined && row.kind === 'effect' && isBefore(row, turn))
        await this.#end(row, { done_at: row.asked_at, outcome: 'done' });
    }
    // What is kept in the store is said as a whole: the last word covers those before it.
    const kept = [...this.#unfinished.values()].filter(({ type }) => type === 'cache.retain');
    for (const row of kept.slice(0, -1))
      await this.#end(row, { done_at: row.asked_at, outcome: 'moot' });
    for (const row of this.#unfinished.values()) await writeRow(this.#db, 'effects', row);
  }

  async #end(row: EffectRow, end: End): Promise<void> {
    const { id, kind, type, lane } = row;
    this.#unfinished.delete(id);
    if (kind === 'timer') this.#timers.delete(type);
    else if (end.outcome === 'done' || end.outcome === 'dead') {
      const last = this.#turns.get(lane);
      if (last === undefined || isBefore(last, row)) this.#turns.set(lane, row);
    }
    await writeRow(this.#db, 'effects', { ...row, ...end });
  }
}

function isBefore(one: EffectRow, other: EffectRow): boolean {
  return one.version < other.version || (one.version === other.version && one.index < other.index);
}
