import type { Effect } from '../../machines/effect.ts';
import {
  decide,
  type EventData,
  initialSnapshot,
  type Snapshot,
  stateText,
} from '../../machines/fold.ts';
import type { StreamKind } from '../../machines/stream.ts';
import type { LogDatabase } from '../log/database.ts';
import { effectId } from '../log/outbox.ts';
import type { EffectRow } from '../log/schema.ts';
import { eventMeta, dataOf } from '../log/stored-event.ts';

/** One event of a stream, and what today's machine makes of it. */
export interface TravelStep {
  readonly version: number;
  readonly recordedAt: number;
  readonly event: EventData;
  /** Where it came from. */
  readonly source: string;
  /** Whether today's machine takes it. */
  readonly handled: boolean;
  /** Recorded while the stream was held (G4): nothing was done about it. */
  readonly held: boolean;
  /** The state that was recorded, and the one that today's machine is in. */
  readonly recorded: string;
  readonly state: string;
  readonly context: Snapshot['context'];
  /** Both as XState has them: where `travel` can go on from. */
  readonly snapshot: Snapshot;
  /** The parts of the context that the event changed. */
  readonly changed: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>;
  readonly effects: readonly AskedEffect[];
}

/** What an event asked for, and what became of it. */
export interface AskedEffect {
  readonly id: string;
  readonly type: Effect['type'];
  readonly params: Effect['params'];
  /**
   * `done` · `moot` its reason had gone · `dead` given up · `dropped`, `replaced`, `fired` a timer · `under way` ·
   * `waiting` · `unknown` the log's outbox does not have it. Null for a timer that is dropped: there is nothing to do.
   */
  readonly outcome: NonNullable<EffectRow['outcome']> | 'under way' | 'waiting' | 'unknown' | null;
  readonly attempts: number;
  readonly doneAt: number | null;
  /** When it will be tried (again), or a timer fires. */
  readonly runAt: number | null;
  readonly lastError: string | null;
}

/**
 * Goes through a stream's events with today's machine: from the first one, or from what it made of those up to a
 * version.
 */
export async function* travel(
  db: LogDatabase,
  of: { readonly stream: string; readonly kind: StreamKind },
  from: { readonly version: number; readonly snapshot: Snapshot } = {
    version: 0,
    snapshot: initialSnapshot(of.kind),
  },
): AsyncGenerator<TravelStep> {
  let { version, snapshot } = from;
  for (;;) {
    const rows = await db
      .selectFrom('events')
      .selectAll()
      .where('stream', '=', of.stream)
      .where('version', '>', version)
      .orderBy('version')
      .limit(500)
      .execute();
    const first = rows[0];
    if (first === undefined) return;
    const became = await effectsOf(db, of.stream, first.version, rows.at(-1)?.version ?? 0);
    for (const row of rows) {
      version = row.version;
      const event = dataOf(row);
      const meta = eventMeta.parse(JSON.parse(row.meta));
      const before = snapshot.context;
      const decision = decide(snapshot, event, row.recorded_at);
      snapshot = decision.snapshot;
      yield {
        version,
        recordedAt: row.recorded_at,
        event,
        source: meta.source,
        handled: decision.handled,
        held: meta.held === true,
        recorded: row.state,
        state: stateText(snapshot.value),
        context: snapshot.context,
        snapshot,
        changed: changes(before, snapshot.context),
        effects: decision.effects.map((effect, index) =>
          fate(effect, effectId(of.stream, row.version, index), became),
        ),
      };
    }
  }
}

async function effectsOf(
  db: LogDatabase,
  stream: string,
  from: number,
  to: number,
): Promise<ReadonlyMap<string, EffectRow>> {
  const rows = await db
    .selectFrom('effects')
    .selectAll()
    .where('stream', '=', stream)
    .where('version', '>=', from)
    .where('version', '<=', to)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

function fate(effect: Effect, id: string, became: ReadonlyMap<string, EffectRow>): AskedEffect {
  const row = became.get(id);
  const isDrop = effect.type === 'timer.drop';
  return {
    id,
    type: effect.type,
    params: effect.params,
    outcome: isDrop
      ? null
      : row === undefined
        ? 'unknown'
        : (row.outcome ?? (row.lease_until === null ? 'waiting' : 'under way')),
    attempts: row?.attempts ?? 0,
    doneAt: row?.done_at ?? null,
    runAt: row === undefined || row.done_at !== null ? null : row.run_at,
    lastError: row?.last_error ?? null,
  };
}

function changes(before: object, after: object): TravelStep['changed'] {
  const was = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(
    Object.entries(after).flatMap(([key, value]: [string, unknown]) =>
      JSON.stringify(was.get(key)) === JSON.stringify(value)
        ? []
        : [[key, { before: was.get(key), after: value }]],
    ),
  );
}
