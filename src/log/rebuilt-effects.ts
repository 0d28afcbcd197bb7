import type { Effect } from '../../machines/effect.ts';
import type { LogDatabase } from './database.ts';
import { type Cause, changeBy, effectRows } from './outbox.ts';
import type { EffectRow } from './schema.ts';
import { writeRows } from './write-row.ts';

/** How many ended effects are kept in memory, to be written at once. */
const atOnce = 100;

/** How an effect has ended. */
type End = Pick<EffectRow, 'outcome' | 'done_at'> &
  Partial<Pick<EffectRow, 'attempts' | 'last_error'>>;

/**
 * The outbox of one stream while its log is gone through once more. Each row is written once, when it has ended, many
 * together; those that have not are known here.
 */
export class RebuiltEffects {
  readonly #db: LogDatabase;
  /** In the order in which they were asked for. */
  readonly #unfinished = new Map<string, EffectRow>();
  /** Of each timer that is set, its row. */
  readonly #timers = new Map<string, EffectRow>();
  /** What was given up. It may be tried again later, and then end otherwise. */
  readonly #givenUp = new Map<string, EffectRow>();
  /** Of each lane the last effect that has had its turn. */
  readonly #turns = new Map<string, EffectRow>();
  #ended: EffectRow[] = [];

  constructor(db: LogDatabase) {
    this.#db = db;
  }

  async add(cause: Cause, effects: readonly Effect[]): Promise<void> {
    if (this.#ended.length >= atOnce) await this.#write();
    for (const [index, effect] of effects.entries()) {
      const { timer, row } = changeBy(cause, index, effect);
      const ended = timer === null ? undefined : this.#timers.get(timer.type);
      if (timer !== null && ended !== undefined)
        this.#end(ended, { done_at: cause.at, outcome: timer.outcome });
      if (row === null) continue;
      this.#unfinished.set(row.id, row);
      if (row.kind === 'timer') this.#timers.set(row.type, row);
    }
  }

  /** Ends the effect of that id, if it has not ended yet, or was given up and this is of a later try. */
  finish(id: string, end: End & Pick<EffectRow, 'attempts'>): void {
    const givenUp = this.#givenUp.get(id);
    const row = givenUp ?? this.#unfinished.get(id);
    if (row !== undefined && end.attempts > (givenUp?.attempts ?? -1)) this.#end(row, end);
  }

  drop(at: number): void {
    for (const row of this.#unfinished.values())
      this.#end(row, { done_at: at, outcome: 'dropped' });
  }

  /** Writes what is left, where what has come of the others does not tell that it has ended too. */
  async close(): Promise<void> {
    for (const row of this.#unfinished.values()) {
      const turn = this.#turns.get(row.lane);
      if (turn !== undefined && row.kind === 'effect' && isBefore(row, turn))
        this.#end(row, { done_at: row.asked_at, outcome: 'done' });
    }
    // What is kept in the store is said as a whole: the last word covers those before it.
    const kept = [...this.#unfinished.values()].filter(({ type }) => type === 'cache.retain');
    for (const row of kept.slice(0, -1)) this.#end(row, { done_at: row.asked_at, outcome: 'moot' });
    this.#ended.push(...this.#givenUp.values(), ...this.#unfinished.values());
    await this.#write();
  }

  #end(row: EffectRow, end: End): void {
    const { id, kind, type, lane } = row;
    this.#unfinished.delete(id);
    if (kind === 'timer') this.#timers.delete(type);
    else if (end.outcome === 'done' || end.outcome === 'dead') {
      const last = this.#turns.get(lane);
      if (last === undefined || isBefore(last, row)) this.#turns.set(lane, row);
    }
    const ended = { ...row, ...end };
    this.#givenUp.delete(id);
    if (end.outcome === 'dead') this.#givenUp.set(id, ended);
    else this.#ended.push(ended);
  }

  async #write(): Promise<void> {
    const rows = this.#ended;
    this.#ended = [];
    await writeRows(this.#db, effectRows, rows);
  }
}

function isBefore(one: EffectRow, other: EffectRow): boolean {
  return one.version < other.version || (one.version === other.version && one.index < other.index);
}
