import type { Snapshot } from '../../machines/fold.ts';
import { currentState } from './append.ts';
import type { LogDatabase } from './database.ts';
import { pendingEffects } from './outbox.ts';
import type { EffectRow, PullRow } from './schema.ts';
import { stateOf } from './snapshots.ts';

/** Where a stream stands: what a person is told about it is made from this. */
export interface Standing {
  readonly snapshot: Snapshot;
  /** Why it is not acted on (G4). */
  readonly held: string | null;
  /** The effects and timers that are still to come, the next one first. */
  readonly pending: readonly EffectRow[];
  /** How long the last finished build took, in milliseconds; null: there is none. */
  readonly lastTook: number | null;
  /** Until when lanes rest, milliseconds since the epoch; also those whose time has passed. */
  readonly resting: ReadonlyMap<string, number>;
}

/** SQLite takes some 32,000 values in a statement; a page has far fewer. */
const mostAtOnce = 500;

/**
 * The standings of many streams, for today's machine, in few queries; only those that no event has reached since
 * another version of the machine are replayed. A stream of which nothing was recorded is left out.
 */
export async function readStandings(
  { db, machineVersion }: { readonly db: LogDatabase; readonly machineVersion: string },
  streams: readonly Pick<PullRow, 'stream' | 'kind'>[],
): Promise<ReadonlyMap<string, Standing>> {
  const standings = new Map<string, Standing>();
  const resting = await restingLanes(db);
  for (let from = 0; from < streams.length; from += mostAtOnce) {
    const some = streams.slice(from, from + mostAtOnce);
    const kinds = new Map(some.map(({ stream, kind }) => [stream, kind]));
    const names = [...kinds.keys()];
    const took = await lastTimes(db, names);
    const rows = await db
      .selectFrom('snapshots')
      .selectAll()
      .where('stream', 'in', names)
      .execute();
    for (const row of rows) {
      const { stream } = row;
      const kind = kinds.get(stream) ?? 'pull';
      const { snapshot, held } =
        row.machine_version === machineVersion
          ? stateOf(row, kind)
          : await currentState({ db, machineVersion }, stream, kind);
      standings.set(stream, {
        snapshot,
        held,
        pending: await pendingEffects(db, stream),
        lastTook: took.get(stream) ?? null,
        resting,
      });
    }
  }
  return standings;
}

export async function restingLanes(db: LogDatabase): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom('lanes').select(['lane', 'hold_until']).execute();
  return new Map(rows.map((row) => [row.lane, row.hold_until]));
}

/** How long the last finished build of each stream took, in milliseconds. */
export async function lastTimes(
  db: LogDatabase,
  streams: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('builds')
    .select(['stream', 'started_at', 'finished_at'])
    .where('stream', 'in', streams)
    .where('attempt', '=', (row) =>
      row
        .selectFrom('builds as newer')
        .select((newer) => newer.fn.max('newer.attempt').as('attempt'))
        .whereRef('newer.stream', '=', 'builds.stream')
        .where('newer.started_at', 'is not', null)
        .where('newer.finished_at', 'is not', null),
    )
    .execute();
  return new Map(
    rows.map((row) => [row.stream, (row.finished_at ?? 0) - (row.started_at ?? 0)] as const),
  );
}
