import { bulkFold, type Snapshot } from '../../machines/fold.ts';
import type { StreamKind } from '../../machines/stream.ts';
import type { LogDatabase } from './database.ts';
import { eventPages } from './event-pages.ts';
import { dataOf } from './stored-event.ts';

/** The first event after which today's machine is in another state than the one that was recorded. */
export interface Difference {
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly recorded: string;
  readonly replayed: string;
}

/** Why a stream that replays differently is not acted on (G4). */
export function whyHeld({ version, recorded, replayed }: Difference): string {
  return `version ${version} was recorded as ${recorded}, and replays as ${replayed}`;
}

/** The columns of an event that folding it takes. */
export interface FoldRow {
  readonly version: number;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
  readonly state: string;
  readonly recorded_at: number;
}

/**
 * The first difference, one event further. States up to the last `machine.accepted` are history that somebody has
 * accepted; they count for nothing.
 */
export function compare(
  before: Difference | null,
  stream: string,
  row: Pick<FoldRow, 'version' | 'type' | 'state'>,
  replayed: string,
): Difference | null {
  const { version, type, state: recorded } = row;
  if (type === 'machine.accepted') return null;
  return before ?? (replayed === recorded ? null : { stream, version, type, recorded, replayed });
}

/**
 * Folds the events of one stream, row by row, through today's machine, and compares.
 */
export class Comparison {
  readonly #stream: string;
  readonly #fold: ReturnType<typeof bulkFold>;
  /** The first difference so far. */
  difference: Difference | null = null;

  constructor(stream: string, fold: ReturnType<typeof bulkFold>) {
    this.#stream = stream;
    this.#fold = fold;
    fold.reset();
  }

  add(row: FoldRow): void {
    const replayed = this.#fold.apply(dataOf(row), row.recorded_at);
    this.difference = compare(this.difference, this.#stream, row, replayed);
  }
}

export async function readRows(db: LogDatabase, stream: string): Promise<FoldRow[]> {
  return db
    .selectFrom('events')
    .select(['version', 'type', 'data', 'meta', 'state', 'recorded_at'])
    .where('stream', '=', stream)
    .orderBy('version')
    .execute();
}

/** The whole stream folded anew. */
export async function refold(
  db: LogDatabase,
  stream: string,
  kind: StreamKind,
): Promise<{ snapshot: Snapshot; difference: Difference | null }> {
  const fold = bulkFold(kind);
  const comparison = new Comparison(stream, fold);
  for await (const page of eventPages(db, { from: stream, to: stream }))
    for (const row of page) comparison.add(row);
  return { snapshot: fold.snapshot(), difference: comparison.difference };
}
