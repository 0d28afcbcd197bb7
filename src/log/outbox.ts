import { sql } from 'kysely';
import type { Effect } from '../../machines/effect.ts';
import type { LogDatabase } from './database.ts';
import type { EffectRow } from './schema.ts';
import { runCompiled } from './compiled.ts';
import { laneOf } from './lane.ts';
import { rowShape, writeRows } from './write-row.ts';

/** The event that effects are asked for by. */
export interface Cause {
  readonly stream: string;
  readonly version: number;
  /** When it was recorded. */
  readonly at: number;
}

/** An effect's id: the event that asked for it, and its place among what that event asked for. */
export function effectId(stream: string, version: number, index: number): string {
  return `${stream}/${version}.${index}`;
}

export const effectRows = rowShape('effects', [
  'id',
  'stream',
  'version',
  'index',
  'kind',
  'type',
  'params',
  'lane',
  'asked_at',
  'run_at',
  'lease_until',
  'attempts',
  'last_error',
  'done_at',
  'outcome',
]);

/** How a timer ends before its time. */
type TimerEnd = 'replaced' | 'dropped';

/** What one effect does to the outbox: it ends a timer, if that is set, and adds a row. */
export interface Change {
  readonly timer: { readonly type: string; readonly outcome: TimerEnd } | null;
  readonly row: EffectRow | null;
}

/** Stores what an event asked for: effects to be carried out, timers set and dropped. */
export async function storeEffects(
  db: LogDatabase,
  cause: Cause,
  effects: readonly Effect[],
): Promise<void> {
  const rows: EffectRow[] = [];
  const ended: Record<TimerEnd, string[]> = { replaced: [], dropped: [] };
  for (const [index, effect] of effects.entries()) {
    const { timer, row } = changeBy(cause, index, effect);
    if (timer !== null) {
      // One that the event itself has set is not in the table yet.
      const own = rows.findLastIndex(({ kind, type }) => kind === 'timer' && type === timer.type);
      const set = rows[own];
      if (set === undefined) ended[timer.outcome].push(timer.type);
      else if (set.done_at === null)
        rows[own] = { ...set, done_at: cause.at, outcome: timer.outcome };
    }
    if (row !== null) rows.push(row);
  }
  await endTimers(db, cause, ended.dropped, 'dropped');
  await endTimers(db, cause, ended.replaced, 'replaced');
  await writeRows(db, effectRows, rows);
}

/** What the effect at that place among an event's does, before anything has come of it. */
export function changeBy(cause: Cause, index: number, effect: Effect): Change {
  if (effect.type === 'timer.drop')
    return { timer: { type: `timer.${effect.params.name}`, outcome: 'dropped' }, row: null };
  if (effect.type !== 'timer.set')
    return { timer: null, row: rowOf(cause, index, effect, 'effect', effect.type, cause.at) };
  const type = `timer.${effect.params.name}`;
  const row = rowOf(cause, index, effect, 'timer', type, cause.at + effect.params.after);
  return { timer: { type, outcome: 'replaced' }, row };
}

function rowOf(
  { stream, version, at }: Cause,
  index: number,
  effect: Effect,
  kind: EffectRow['kind'],
  type: string,
  runAt: number,
): EffectRow {
  return {
    id: effectId(stream, version, index),
    stream,
    version,
    index,
    kind,
    type,
    params: JSON.stringify(effect.params),
    lane: laneOf(stream, effect),
    asked_at: at,
    run_at: runAt,
    lease_until: null,
    attempts: 0,
    last_error: null,
    done_at: null,
    outcome: null,
  };
}

async function endTimers(
  db: LogDatabase,
  { at, stream }: Cause,
  types: readonly string[],
  outcome: TimerEnd,
): Promise<void> {
  if (types.length === 0) return;
  const values = [at, outcome, 'timer', stream, 'timer', ...types];
  // By their lane too: all that the stream ever asked for would be looked through else.
  await runCompiled(db, `end ${types.length} timers`, values, () =>
    db
      .updateTable('effects')
      .set({ done_at: at, outcome })
      .where('lane', '=', 'timer')
      .where('stream', '=', stream)
      .where('kind', '=', 'timer')
      .where('type', 'in', types)
      .where('done_at', 'is', null)
      .compile(),
  );
}

/** What whoever carries out an effect needs of its row. */
export type LeasedEffect = Pick<
  EffectRow,
  'id' | 'stream' | 'type' | 'params' | 'lane' | 'asked_at' | 'run_at' | 'attempts'
>;

/** An effect that has been leased, and when the next one that nobody has comes due: null if there is none. */
export interface Claimed {
  readonly row: LeasedEffect;
  readonly next: number | null;
}

/**
 * Leases the next effect that is due: not behind an earlier unfinished one of its stream in its lane (order), its lane
 * not busy with another (exclusion) and not told to rest (rate limits). The oldest comes first, so that no stream
 * starves another. `busy` are lanes in which the caller itself is at work, whatever the clock says of its leases (G6): one
 * that jumps ahead ends them all at once. One statement, so that two claimers never get the same one; under PostgreSQL the inner select takes
 * `for update skip locked`.
 */
export async function claimEffect(
  db: LogDatabase,
  now: number,
  leaseFor: number,
  busy: readonly string[] = [],
): Promise<Claimed | null> {
  const values = [now + leaseFor, now, now, ...busy, now, now, now];
  // Made only where it is compiled: the text alone costs as much to make as it costs to run.
  const query = () => sql<LeasedEffect & { next: number | null }>`
    update effects
    set lease_until = ${now + leaseFor}, attempts = attempts + 1
    where id = (
      select e.id from effects e
      where e.kind = 'effect' and e.done_at is null and e.run_at <= ${now}
        and (e.lease_until is null or e.lease_until < ${now})
        ${busy.length === 0 ? sql`` : sql`and e.lane not in (${sql.join(busy)})`}
        and not exists (
          select 1 from lanes l where l.lane = e.lane and l.hold_until > ${now}
        )
        and not exists (
          select 1 from effects busy
          where busy.lane = e.lane and busy.done_at is null and busy.lease_until >= ${now}
        )
        and not exists (
          select 1 from effects earlier
          where earlier.lane = e.lane and earlier.stream = e.stream and earlier.done_at is null
            and earlier.kind = 'effect'
            and (earlier.version < e.version
              or (earlier.version = e.version and earlier."index" < e."index"))
        )
      order by e.run_at
      limit 1
    )
    returning id, stream, type, params, lane, asked_at, run_at, attempts, (
      select other.run_at from effects other
      where other.kind = 'effect' and other.done_at is null and other.id <> effects.id
        and (other.lease_until is null or other.lease_until < ${now})
      order by other.run_at
      limit 1
    ) as next`;
  const name = `claim beside ${busy.length}`;
  const { rows } = await runCompiled(db, name, values, () => query().compile(db));
  const [claimed] = rows;
  if (claimed === undefined) return null;
  const { next, ...row } = claimed;
  return { row, next };
}

/**
 * Ends an effect, if the lease is still ours (fencing: whoever claimed it since has another number of attempts).
 * @returns false if it is not, and nothing was changed
 */
export async function finishEffect(
  db: LogDatabase,
  effect: { readonly id: string; readonly attempts: number },
  end: {
    readonly at: number;
    readonly outcome: 'done' | 'moot' | 'dead';
    readonly error: string | null;
  },
): Promise<boolean> {
  const { at, outcome, error } = end;
  const { id, attempts } = effect;
  const { numAffectedRows } = await runCompiled(
    db,
    'finish an effect',
    [at, outcome, null, error, id, attempts],
    () =>
      db
        .updateTable('effects')
        .set({ done_at: at, outcome, lease_until: null, last_error: error })
        .where('id', '=', id)
        .where('attempts', '=', attempts)
        .where('done_at', 'is', null)
        .compile(),
  );
  return numAffectedRows === 1n;
}

/** Puts an effect back, to be tried again at `runAt`; fenced as `finishEffect`. */
export async function postponeEffect(
  db: LogDatabase,
  effect: { readonly id: string; readonly attempts: number },
  runAt: number,
  error: string | null,
): Promise<void> {
  const { id, attempts } = effect;
  await runCompiled(db, 'postpone an effect', [runAt, null, error, id, attempts], () =>
    db
      .updateTable('effects')
      .set({ run_at: runAt, lease_until: null, last_error: error })
      .where('id', '=', id)
      .where('attempts', '=', attempts)
      .where('done_at', 'is', null)
      .compile(),
  );
}

/** Has effects that were given up be tried once more, each in its old place of its lane. */
export async function reviveEffects(
  db: LogDatabase,
  ids: readonly string[],
  now: number,
): Promise<void> {
  await db
    .updateTable('effects')
    .set({ done_at: null, outcome: null, lease_until: null, run_at: now })
    .where('id', 'in', ids)
    .where('outcome', '=', 'dead')
    .execute();
}

/** Lets nothing of a lane begin before `until`; a later `until` stands. */
export async function holdLane(db: LogDatabase, lane: string, until: number): Promise<void> {
  await runCompiled(db, 'hold a lane', [lane, until], () =>
    db
      .insertInto('lanes')
      .values({ lane, hold_until: until })
      .onConflict((conflict) =>
        conflict.column('lane').doUpdateSet({
          hold_until: sql`max(lanes.hold_until, excluded.hold_until)`,
        }),
      )
      .compile(),
  );
}

/** What a stream has asked for and is still to come, effects and timers, the next one first. */
export async function pendingEffects(db: LogDatabase, stream: string): Promise<EffectRow[]> {
  // SQLite goes through all that the stream ever asked for, if it is not told.
  const query = () => sql<EffectRow>`
    select * from effects indexed by effects_pending
    where stream = ${stream} and done_at is null
    order by run_at, version, "index"`;
  const { rows } = await runCompiled(db, 'pending effects', [stream], () => query().compile(db));
  return rows;
}

/** Timers whose time has come, earliest first. */
export async function dueTimers(db: LogDatabase, now: number): Promise<EffectRow[]> {
  const { rows } = await runCompiled(db, 'due timers', ['timer', now], () =>
    db
      .selectFrom('effects')
      .selectAll()
      .where('kind', '=', 'timer')
      .where('done_at', 'is', null)
      .where('run_at', '<=', now)
      .orderBy('run_at')
      // With a limit that is a parameter SQLite plans the query anew each time, which costs thirty times the query.
      .limit(sql.lit(100))
      .compile(),
  );
  return rows;
}

/** When the next timer comes due; null if none is set. */
export async function nextTimer(db: LogDatabase): Promise<number | null> {
  const { rows } = await runCompiled(db, 'next timer', ['timer'], () =>
    db
      .selectFrom('effects')
      .select('run_at')
      .where('kind', '=', 'timer')
      .where('done_at', 'is', null)
      .orderBy('run_at')
      .limit(sql.lit(1))
      .compile(),
  );
  return rows[0]?.run_at ?? null;
}

/** Marks a timer fired. @returns false if it was dropped or replaced meanwhile */
export async function fireTimer(db: LogDatabase, id: string, at: number): Promise<boolean> {
  const { numAffectedRows } = await runCompiled(db, 'fire a timer', [at, 'fired', id], () =>
    db
      .updateTable('effects')
      .set({ done_at: at, outcome: 'fired' })
      .where('id', '=', id)
      .where('done_at', 'is', null)
      .compile(),
  );
  return numAffectedRows === 1n;
}

/** When an effect will next come due, as far as is known; null: not before something new is recorded. */
export async function nextEffect(db: LogDatabase, now: number): Promise<number | null> {
  const query = () => sql<{ at: number | null }>`
    select min(at) as at from (
      select min(run_at) as at from effects where kind = 'effect' and done_at is null and run_at > ${now}
      union all
      select min(hold_until) as at from lanes where hold_until > ${now}
    ) as times`;
  const { rows } = await runCompiled(db, 'next effect', [now, now], () => query().compile(db));
  return rows[0]?.at ?? null;
}

/** A writer that has just opened the log holds no leases: those that are left are of a process that has ended. */
export async function releaseLeases(db: LogDatabase): Promise<number> {
  const { numAffectedRows } = await runCompiled(db, 'release leases', [null], () =>
    db
      .updateTable('effects')
      .set({ lease_until: null })
      .where('done_at', 'is', null)
      .where('lease_until', 'is not', null)
      .compile(),
  );
  return Number(numAffectedRows);
}

/** Ends all that a stream has asked for and that is not done yet. */
export async function dropEffects(db: LogDatabase, stream: string, at: number): Promise<void> {
  await db
    .updateTable('effects')
    .set({ done_at: at, outcome: 'dropped', lease_until: null })
    .where('stream', '=', stream)
    .where('done_at', 'is', null)
    .execute();
}
