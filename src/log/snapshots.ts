import type { Snapshot } from '../../machines/fold.ts';
import { initialSnapshot } from '../../machines/fold.ts';
import type { StreamKind } from '../../machines/stream.ts';
import { runCompiled } from './compiled.ts';
import { statesOf } from './direct.ts';
import type { LogDatabase } from './database.ts';
import type { SnapshotsTable } from './schema.ts';
import { rowShape, writeRow } from './write-row.ts';

const snapshotRows = rowShape(
  'snapshots',
  ['stream', 'version', 'machine_version', 'held', 'value', 'context'],
  { key: ['stream'] },
);

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
  const states = statesOf(db);
  const kept = states?.get(stream);
  if (kept !== undefined) return kept;
  const ends = states?.ends ?? 0;
  const { rows } = await runCompiled(db, 'load a snapshot', [stream], () =>
    db.selectFrom('snapshots').selectAll().where('stream', '=', stream).compile(),
  );
  const [row] = rows;
  if (row === undefined) return null;
  const state = stateOf(row, kind);
  states?.read(stream, state, ends);
  return state;
}

export function stateOf(row: SnapshotsTable, kind: StreamKind): StreamState {
  return {
    version: row.version,
    machineVersion: row.machine_version,
    held: row.held,
    snapshot: { kind, value: JSON.parse(row.value), context: JSON.parse(row.context) },
  };
}

export async function saveState(
  db: LogDatabase,
  stream: string,
  state: StreamState,
): Promise<void> {
  await writeRow(db, snapshotRows, {
    stream,
    version: state.version,
    machine_version: state.machineVersion,
    held: state.held,
    value: JSON.stringify(state.snapshot.value),
    context: JSON.stringify(state.snapshot.context),
  });
}
