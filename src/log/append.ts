import type { Effect } from '../../machines/effect.ts';
import { decide, type EventData, stateText } from '../../machines/fold.ts';
import { parseStreamName, type StreamKind } from '../../machines/stream.ts';
import { runCompiled } from './compiled.ts';
import type { LogDatabase } from './database.ts';
import { inTransaction, statesOf } from './direct.ts';
import { asLogError, LogError } from './log-error.ts';
import { dropEffects, storeEffects } from './outbox.ts';
import { project } from './project.ts';
import { refold, whyHeld } from './refold.ts';
import { loadState, newStream, saveState, type StreamState } from './snapshots.ts';
import { checkEvent, type EventMeta } from './stored-event.ts';
import { versionOf } from './upcast.ts';

/** An event to be recorded. */
export interface Incoming {
  readonly stream: string;
  readonly event: EventData;
  readonly source: string;
  /** A second append under the same key is a success that returns the first. */
  readonly key?: string | undefined;
  /** The version that the stream must be at; without it, any. */
  readonly expected?: number | undefined;
  /** Runs first, in the same transaction; false: nothing is recorded. */
  readonly first?: ((db: LogDatabase) => Promise<boolean>) | undefined;
}

/** An event that has been recorded, durably. */
export interface Recorded {
  readonly stream: string;
  readonly version: number;
  readonly state: string;
  readonly handled: boolean;
  /** It was there already, under the same key. */
  readonly duplicate: boolean;
  readonly effects: readonly Effect[];
}

/** What an append needs to know of the world outside the log. */
export interface AppendContext {
  readonly db: LogDatabase;
  readonly machineVersion: string;
  readonly now: () => number;
}

export function kindOf(stream: string): StreamKind {
  const name = parseStreamName(stream);
  if (name === null) throw new LogError('corrupt', `not a stream's name: ${stream}`);
  return name.subject.kind;
}

/**
 * Records an event: folds it into its stream's machine, and stores the event, the new snapshot, the read models and
 * every effect that the machine asks for in one transaction (rule 3). The event is stored whether or not the machine
 * handles it.
 *
 * @returns null if `first` declined
 * @throws {LogError} `conflict` if the stream is not at `expected`; `unavailable` if nothing can be written now;
 *   `corrupt` if the event is none
 */
export async function append(to: AppendContext, incoming: Incoming): Promise<Recorded | null> {
  try {
    return await inTransaction(to.db, (db) => appendIn({ ...to, db }, incoming));
  } catch (error) {
    throw asLogError(error);
  }
}

async function appendIn(to: AppendContext, incoming: Incoming): Promise<Recorded | null> {
  const { db } = to;
  const { stream, key } = incoming;
  const kind = kindOf(stream);
  if (incoming.first !== undefined && !(await incoming.first(db))) return null;
  const isAccepted = incoming.event.type === 'machine.accepted';
  const before = await currentState(to, stream, kind, isAccepted);
  if (incoming.expected !== undefined && incoming.expected !== before.version) {
    const earlier = await findByKey(db, stream, key);
    if (earlier !== null) return earlier;
    throw new LogError(
      'conflict',
      `${stream} is at version ${before.version}, not at ${incoming.expected}`,
    );
  }
  const event = checkEvent(kind, incoming.event);
  const at = to.now();
  const version = before.version + 1;
  const isHeld = before.held !== null && !isAccepted;
  const decision = isHeld
    ? { snapshot: before.snapshot, handled: false, effects: [] }
    : decide(before.snapshot, event, at);
  const state = stateText(decision.snapshot.value);
  const isNew = await insertEvent(to, {
    stream,
    event,
    source: incoming.source,
    key: key ?? null,
    at,
    version,
    state,
    handled: decision.handled,
    isHeld,
  });
  if (!isNew) return findByKey(db, stream, key);
  const after: StreamState = {
    version,
    machineVersion: to.machineVersion,
    held: isHeld ? before.held : null,
    snapshot: decision.snapshot,
  };
  await saveState(db, stream, after);
  statesOf(db)?.change(stream, after);
  if (isAccepted) await dropEffects(db, stream, at);
  if (decision.handled) {
    await storeEffects(db, { stream, version, at }, decision.effects);
    await project(db, {
      stream,
      version,
      at,
      event,
      before: before.snapshot,
      after: decision.snapshot,
    });
  }
  return {
    stream,
    version,
    state,
    handled: decision.handled,
    duplicate: false,
    effects: decision.effects,
  };
}

/**
 * Where the stream is for today's machine. A snapshot of another version is folded anew from the log; if that does not
 * give the recorded states, the stream is held (G4): what comes in is recorded, but nothing is done. `anew` folds it in
 * any case, with what came in while it was held.
 */
export async function currentState(
  to: Pick<AppendContext, 'db' | 'machineVersion'>,
  stream: string,
  kind: StreamKind,
  anew = false,
): Promise<StreamState> {
  const saved = await loadState(to.db, stream, kind);
  if (saved === null) return newStream(kind, to.machineVersion);
  if (saved.machineVersion === to.machineVersion && !anew) return saved;
  const folded = await refold(to.db, stream, kind);
  const held = folded.difference === null ? null : whyHeld(folded.difference);
  return {
    version: saved.version,
    machineVersion: to.machineVersion,
    held,
    snapshot: folded.snapshot,
  };
}

/** What was recorded under that key. */
async function findByKey(
  db: LogDatabase,
  stream: string,
  key: string | undefined,
): Promise<Recorded | null> {
  if (key === undefined) return null;
  const { rows } = await runCompiled(db, 'find by key', [stream, key], () =>
    db
      .selectFrom('events')
      .select(['version', 'state', 'meta'])
      .where('stream', '=', stream)
      .where('key', '=', key)
      .compile(),
  );
  const [row] = rows;
  if (row === undefined) return null;
  const meta: EventMeta = JSON.parse(row.meta);
  return {
    stream,
    version: row.version,
    state: row.state,
    handled: meta.handled,
    duplicate: true,
    effects: [],
  };
}

/** @returns false if its key is in the log already; nothing was stored then */
async function insertEvent(
  to: AppendContext,
  row: Pick<Incoming, 'stream' | 'event' | 'source'> & {
    readonly key: string | null;
    readonly at: number;
    readonly version: number;
    readonly state: string;
    readonly handled: boolean;
    readonly isHeld: boolean;
  },
): Promise<boolean> {
  const { type } = row.event;
  const meta: EventMeta = {
    v: versionOf(type),
    handled: row.handled,
    source: row.source,
    ...(row.isHeld ? { held: true } : {}),
  };
  const values = {
    stream: row.stream,
    version: row.version,
    type,
    data: JSON.stringify({ ...row.event, type: undefined }),
    meta: JSON.stringify(meta),
    state: row.state,
    machine_version: to.machineVersion,
    key: row.key,
    recorded_at: row.at,
  };
  // That a key is there already is seldom: it is found by the index that keeps it once, not by a look before each.
  const { numAffectedRows } = await runCompiled(
    to.db,
    'insert an event',
    Object.values(values),
    () =>
      to.db
        .insertInto('events')
        .values(values)
        .onConflict((conflict) =>
          conflict.columns(['stream', 'key']).where('key', 'is not', null).doNothing(),
        )
        .compile(),
  );
  return numAffectedRows === 1n;
}
