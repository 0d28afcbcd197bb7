import { bulkFold, type Snapshot } from '../../machines/fold.ts';
import type { StreamKind } from '../../machines/stream.ts';
import type { LogDatabase } from './database.ts';
import { dataOf } from './stored-event.ts';

/** The first event after which today's machine is in another state than the one that was recorded. */
export interface Difference {
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly recorded: string;
  readonly replayed: string;
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
 * Folds the events of one stream, in order, through today's machine. States before the last `machine.accepted` are
 * history that somebody has accepted; they are not compared.
 */
export function foldRows(
  stream: string,
  rows: readonly FoldRow[],
  fold: ReturnType<typeof bulkFold>,
): Difference | null {
  fold.reset();
  const accepted = rows.findLastIndex((row) => row.type === 'machine.accepted');
  let difference: Difference | null = null;
  for (const [index, row] of rows.entries()) {
    const replayed = fold.apply(dataOf(row), row.recorded_at);
    if (difference === null && index > accepted && replayed !== row.state)
      difference = {
        stream,
        version: row.version,
        type: row.type,
        recorded: row.state,
        replayed,
      };
  }
  return difference;
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
  const difference = foldRows(stream, await readRows(db, stream), fold);
  return { snapshot: fold.snapshot(), difference };
}
