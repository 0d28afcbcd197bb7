import {
  type Decision,
  decide,
  type EventData,
  initialSnapshot,
  stateText,
} from '../../machines/fold.ts';
import { kindOf } from './append.ts';
import type { LogDatabase } from './database.ts';
import { effectId } from './outbox.ts';
import { type Progress, projectBuilds, pullRow, pullRows } from './project.ts';
import { RebuiltEffects } from './rebuilt-effects.ts';
import { compare, type Difference, whyHeld } from './refold.ts';
import { saveState } from './snapshots.ts';
import { eventMeta, type EventRow, dataOf } from './stored-event.ts';
import { writeRow } from './write-row.ts';

/**
 * Goes through one stream's events once more, as `append` went through them, without anything outside: stores the
 * effects they asked for, and ends those that later events answer.
 *
 * An effect is answered by the event that was recorded under its id; a build that was asked for also by any word of the
 * CI about it. And since effects of one stream and lane are carried out in order, whatever stands in its lane before an
 * answered one has had its turn. What is left was perhaps done: it will be carried out again, which is safe (rule 3).
 */
export class StreamRebuild {
  readonly #db: LogDatabase;
  readonly #stream: string;
  readonly #machineVersion: string;
  readonly #effects: RebuiltEffects;
  #snapshot;
  #version = 0;
  #difference: Difference | null = null;
  /** What its row of `pulls` is made from, of which only the last is written. */
  #last: Progress | null = null;
  #openedAt: number | null = null;
  /** Commit and attempt to the effects that asked for that build. */
  readonly #asked = new Map<string, string[]>();

  constructor(db: LogDatabase, stream: string, machineVersion: string) {
    this.#db = db;
    this.#stream = stream;
    this.#machineVersion = machineVersion;
    this.#effects = new RebuiltEffects(db);
    this.#snapshot = initialSnapshot(kindOf(stream));
  }

  async add(row: EventRow): Promise<void> {
    const event = dataOf(row);
    const { version, recorded_at: at } = row;
    const isHeld = eventMeta.parse(JSON.parse(row.meta)).held === true;
    this.#answer(row, event);
    const before = this.#snapshot;
    const decision = decide(before, event, at);
    this.#snapshot = decision.snapshot;
    this.#version = version;
    const state = stateText(decision.snapshot.value);
    this.#difference = compare(this.#difference, this.#stream, row, state);
    if (row.type === 'machine.accepted') this.#effects.drop(at);
    // Of what came in while the stream was held, nothing was done.
    if (isHeld || !decision.handled) return;
    await this.#store(version, at, decision);
    const after = decision.snapshot;
    const progress = { stream: this.#stream, version, at, event, before, after };
    if (after.context.repository !== null) this.#openedAt ??= at;
    this.#last = progress;
    await projectBuilds(this.#db, progress);
  }

  /** @returns whether the stream is held */
  async end(): Promise<boolean> {
    const held = this.#difference === null ? null : whyHeld(this.#difference);
    await saveState(this.#db, this.#stream, {
      version: this.#version,
      machineVersion: this.#machineVersion,
      held,
      snapshot: this.#snapshot,
    });
    const pull = this.#last === null ? null : pullRow(this.#last);
    if (pull !== null)
      await writeRow(this.#db, pullRows, { ...pull, opened_at: this.#openedAt ?? pull.opened_at });
    await this.#effects.close();
    return held !== null;
  }

  async #store(version: number, at: number, { effects }: Decision): Promise<void> {
    await this.#effects.add({ stream: this.#stream, version, at }, effects);
    for (const [index, effect] of effects.entries()) {
      if (effect.type !== 'build.start') continue;
      const key = `${effect.params.commit}.${effect.params.attempt}`;
      const earlier = this.#asked.get(key) ?? [];
      this.#asked.set(key, [...earlier, effectId(this.#stream, version, index)]);
    }
  }

  #answer(row: EventRow, event: EventData): void {
    const prefix = `${this.#stream}/`;
    if (row.key?.startsWith(prefix) === true) {
      const [, id, attempts] = /^(.*?\/\d+\.\d+)(?::(\d+))?$/s.exec(row.key) ?? [];
      if (id !== undefined) this.#finish(id, row, event, Number(attempts ?? 0));
    }
    if (/^build\.(started|progressed|finished)$/.test(event.type) && 'commit' in event) {
      const key = `${event.commit}.${'attempt' in event ? event.attempt : 0}`;
      for (const id of this.#asked.get(key) ?? []) this.#finish(id, row, event, 1);
      this.#asked.delete(key);
    }
  }

  #finish(id: string, row: EventRow, event: EventData, attempts: number): void {
    const isDead = event.type.endsWith('.failed') && 'message' in event;
    this.#effects.finish(id, {
      done_at: row.recorded_at,
      attempts,
      outcome: attempts === 0 ? 'fired' : isDead ? 'dead' : 'done',
      last_error: isDead ? event.message : null,
    });
  }
}
