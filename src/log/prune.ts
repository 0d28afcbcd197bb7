import { parseStreamName } from '../../machines/stream.ts';
import type { LogDatabase } from './database.ts';
import { inTransaction, statesOf } from './direct.ts';

/** A stream that has ended, and whose time in the log is over. */
export interface Ended {
  readonly stream: string;
  /** Its newest event's. */
  readonly version: number;
}

/**
 * Streams that ended before `before`, at most `limit`: closed pull requests, branches that are gone, and those of which
 * nothing but results was ever heard. What still has something to do is not ended.
 */
export async function endedStreams(
  db: LogDatabase,
  before: number,
  limit: number,
): Promise<Ended[]> {
  return (
    db
      .selectFrom('snapshots')
      .leftJoin('pulls', 'pulls.stream', 'snapshots.stream')
      .select(['snapshots.stream', 'snapshots.version'])
      .where((row) =>
        row.or([
          row('pulls.stream', 'is', null),
          row.and([
            row('pulls.state', 'in', ['closed', 'gone']),
            row('pulls.updated_at', '<', before),
          ]),
        ]),
      )
      // What came after the end, though it changed nothing, was news to somebody.
      .where((row) =>
        row.not(
          row.exists(
            row
              .selectFrom('events')
              .select('events.version')
              .whereRef('events.stream', '=', 'snapshots.stream')
              .whereRef('events.version', '=', 'snapshots.version')
              .where('events.recorded_at', '>=', before),
          ),
        ),
      )
      .where((row) =>
        row.not(
          row.exists(
            row
              .selectFrom('effects')
              .select('effects.id')
              .whereRef('effects.stream', '=', 'snapshots.stream')
              .where('effects.done_at', 'is', null),
          ),
        ),
      )
      .orderBy('snapshots.stream')
      .limit(limit)
      .execute()
  );
}

/**
 * Removes every row of a stream, unless something has happened to it since.
 * @returns whether it was removed
 */
export async function removeStream(db: LogDatabase, ended: Ended): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const { stream, version } = ended;
    const { numDeletedRows } = await tx
      .deleteFrom('snapshots')
      .where('stream', '=', stream)
      .where('version', '=', version)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) return false;
    statesOf(db)?.change(stream, null);
    for (const table of ['events', 'effects', 'pulls', 'builds', 'pull_seeds'] as const)
      await tx.deleteFrom(table).where('stream', '=', stream).execute();
    await removeSeeds(tx, stream);
    return true;
  });
}

/** What a branch's builds left is let go of when the branch is. */
async function removeSeeds(tx: LogDatabase, stream: string): Promise<void> {
  const name = parseStreamName(stream);
  if (name?.subject.kind !== 'branch') return;
  await tx
    .deleteFrom('seeds')
    .where('forge', '=', name.forge)
    .where('repository_id', '=', name.repositoryId)
    .where('branch', '=', name.subject.branch)
    .execute();
}

/** Lanes are many, a stream's git lane being one of its own; that one had to rest once is no news. */
export async function removeOldHolds(db: LogDatabase, now: number): Promise<void> {
  await db.deleteFrom('lanes').where('hold_until', '<', now).execute();
}
