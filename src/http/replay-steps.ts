import { bulkFold, type Snapshot } from '../../machines/fold.ts';
import type { LogDatabase } from '../log/database.ts';
import { eventMeta, dataOf } from '../log/stored-event.ts';
import { readRows } from '../log/refold.ts';

/** Where today's machine is after an event. */
export interface ReplayStep {
  readonly version: number;
  readonly type: string;
  readonly recordedAt: number;
  readonly handled: boolean;
  /** The state that today's machine gives, and the one that was recorded. */
  readonly state: string;
  readonly recorded: string;
  readonly context: Snapshot['context'];
}

/** Folds a stream's events up to `to` through today's machine. @returns the last `limit` steps */
export async function replaySteps(
  db: LogDatabase,
  stream: { readonly stream: string; readonly kind: 'pull' | 'branch' },
  to: number,
  limit: number,
): Promise<ReplayStep[]> {
  const rows = (await readRows(db, stream.stream)).filter((row) => row.version <= to);
  const fold = bulkFold(stream.kind);
  fold.reset();
  return rows.flatMap((row, index) => {
    const event = dataOf(row);
    const state = fold.apply(event, row.recorded_at);
    if (index < rows.length - limit) return [];
    return [
      {
        version: row.version,
        type: event.type,
        recordedAt: row.recorded_at,
        handled: eventMeta.parse(JSON.parse(row.meta)).handled,
        state,
        recorded: row.state,
        context: fold.snapshot().context,
      },
    ];
  });
}
