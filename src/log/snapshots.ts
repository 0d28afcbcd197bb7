import type { Snapshot } from '../../machines/fold.ts';
import { initialSnapshot } from '../../machines/fold.ts';
import type { StreamKind } from '../../machines/stream.ts';
import { runCompiled } from './compiled.ts';
import type { LogDatabase } from './database.ts';
import type { SnapshotsTable } from './schema.ts';
import { writeRow } from './write-row.ts';

/** Where a stream is: its machine's snapshot after `version` events. */
export interface StreamState {
  readonly version: number;
  readonly machineVersion: string;
  /** Why it is not acted on, or null (G4). */
  readonly held: string | null;
  readonly snapshot: Snapshot;
}

export function newStream(kind: StreamKind, machineVersion: string): StreamState {
  return { version: 0, machineVersion, held: null, snapshot: initialSnapshot(kind) };
}

export async function loadState(
  db: LogDatabase,
  stream: string,
  kind: StreamKind,
): Promise<StreamState | null> {
  const { rows } = await runCompiled(db, 'load a snapshot', [stream], () =>
    db.selectFrom('snapshots').selectAll().where('stream', '=', stream).compile(),
  );
  const [row] = rows;
  return row === undefined ? null : stateOf(row, kind);
}

export function stateOf(row: SnapshotsTable, kind: StreamKind): StreamState {
  return {
    version: row.version,
    machineVersion: row.machine_version,
    held: row.held,
    snapshot: parsed(row, kind),
  };
}

/** How many streams' snapshots are kept parsed. */
const mostParsed = 200;
const lastParsed = new Map<
  string,
  { readonly row: Pick<SnapshotsTable, 'value' | 'context'>; readonly snapshot: Snapshot }
>();

/**
 * A snapshot is read three times for each time that it changes, and to parse it costs more than to read it. What was parsed,
 * or written, is used again only for the very same text, and nobody changes a snapshot.
 */
function parsed(row: SnapshotsTable, kind: StreamKind): Snapshot {
  const { stream, value, context } = row;
  const last = lastParsed.get(stream);
  if (last?.row.context === context && last.row.value === value) return last.snapshot;
  const snapshot: Snapshot = { kind, value: JSON.parse(value), context: JSON.parse(context) };
  keep(stream, row, snapshot);
  return snapshot;
}

function keep(
  stream: string,
  { value, context }: Pick<SnapshotsTable, 'value' | 'context'>,
  snapshot: Snapshot,
): void {
  lastParsed.delete(stream);
  lastParsed.set(stream, { row: { value, context }, snapshot });
  if (lastParsed.size > mostParsed)
    for (const oldest of lastParsed.keys()) {
      lastParsed.delete(oldest);
      break;
    }
}

export async function saveState(
  db: LogDatabase,
  stream: string,
  state: StreamState,
): Promise<void> {
  const value = JSON.stringify(state.snapshot.value);
  const context = JSON.stringify(state.snapshot.context);
  keep(stream, { value, context }, state.snapshot);
  await writeRow(
    db,
    'snapshots',
    {
      stream,
      version: state.version,
      machine_version: state.machineVersion,
      held: state.held,
      value,
      context,
    },
    ['stream'],
  );
}
