import { bulkFold, type Snapshot, initialSnapshot, stateText } from '../../machines/fold.ts';
import { type Visit, withVisit } from '../dashboard/pull/timeline-data.ts';
import type { LogDatabase } from '../log/database.ts';
import { eventPages } from '../log/event-pages.ts';
import type { PullRow } from '../log/schema.ts';
import { dataOf } from '../log/stored-event.ts';

/** Where today's machine is after `version` events. */
export interface Keyframe {
  readonly version: number;
  readonly snapshot: Snapshot;
  /** The states that it has been in, in the order in which it first was. */
  readonly visited: readonly Visit[];
}

/** Between two keyframes lie so many events. */
export const keyframeEvery = 100;
/** How many are kept: those of some long runs, or of many short ones. Snapshots share what does not change. */
const mostKept = 500;

/**
 * Places from which a run can be told, so that its 9,000th event is not 9,000 events away. A log is only appended to, so
 * what was folded once holds, as long as the stream is the one that it was: one that was pruned and began anew has
 * another first event.
 */
export class Keyframes {
  readonly #kept = new Map<string, Keyframe>();

  /** The last keyframe before the version `from`, folded if it is not at hand. */
  async before(db: LogDatabase, row: PullRow, from: number): Promise<Keyframe> {
    const wanted = Math.floor((from - 1) / keyframeEvery) * keyframeEvery;
    const first = firstState(row);
    if (wanted <= 0) return first;
    const run = await firstPosition(db, row.stream);
    const keyOf = (version: number): string => `${run}/${version}`;
    const known = this.#kept.get(keyOf(wanted));
    if (known !== undefined) {
      this.#keep(keyOf(wanted), known);
      return known;
    }
    let last = first;
    for await (const frame of framesOf(db, row, wanted)) {
      this.#keep(keyOf(frame.version), frame);
      last = frame;
    }
    return last;
  }

  #keep(key: string, frame: Keyframe): void {
    // Deleted first, so that what is used stays longest.
    this.#kept.delete(key);
    this.#kept.set(key, frame);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
  }
}

function firstState({ kind }: PullRow): Keyframe {
  const snapshot = initialSnapshot(kind);
  return { version: 0, snapshot, visited: [firstVisit(snapshot)] };
}

function firstVisit({ value }: Snapshot): Visit {
  return { state: stateText(value), version: 0, at: null };
}

async function firstPosition(db: LogDatabase, stream: string): Promise<number> {
  const first = await db
    .selectFrom('events')
    .select('position')
    .where('stream', '=', stream)
    .orderBy('version')
    .limit(1)
    .executeTakeFirst();
  return first?.position ?? 0;
}

async function* framesOf(
  db: LogDatabase,
  { stream, kind }: PullRow,
  last: number,
): AsyncGenerator<Keyframe> {
  const fold = bulkFold(kind);
  fold.reset();
  let visited: readonly Visit[] = [firstVisit(fold.snapshot())];
  for await (const page of eventPages(db, { from: stream, to: stream }))
    for (const event of page) {
      if (event.version > last) return;
      const { version, recorded_at: at } = event;
      visited = withVisit(visited, { state: fold.apply(dataOf(event), at), version, at });
      if (version % keyframeEvery === 0) yield { version, snapshot: fold.snapshot(), visited };
    }
}
