import { sql } from 'kysely';
import { runCompiled } from './compiled.ts';
import type { LogDatabase } from './database.ts';
import { inTransaction } from './direct.ts';

/** What clocks are set back by every day, to be left alone. */
const smallestSetback = 1000;

/**
 * Looks whether the clock was set back before the process that opens the log began, and settles it (G6). Called before
 * anything is recorded: by a new event one would not see it any more.
 * @returns by how many milliseconds; 0 if it was not
 */
export async function settleClock(db: LogDatabase, now: number): Promise<number> {
  return setBack(db, now, (await lastSeen(db)) - now);
}

/**
 * The clock was set back by `by` milliseconds, to `now`: what waits goes on waiting as long as it would have (G6). Of
 * timers only those are moved that were set by the clock as it was: one set since must not go off early. An effect that is
 * tried too early does no harm. It is noted with it that this is done: the newest event may say the old time for long,
 * and the next process must not do it again (G1).
 * @returns `by`; 0 if that is too little to be one
 */
export async function setBack(db: LogDatabase, now: number, by: number): Promise<number> {
  if (by <= smallestSetback) return 0;
  await inTransaction(db, async (tx) => {
    await tx
      .updateTable('effects')
      .set({ run_at: sql`run_at - ${by}` })
      .where('done_at', 'is', null)
      .where((row) => row.or([row('kind', '=', 'effect'), row('asked_at', '>', now)]))
      .execute();
    await tx
      .updateTable('lanes')
      .set({ hold_until: sql`hold_until - ${by}` })
      .where('hold_until', '>', now)
      .execute();
    const newest = await newestEvent(tx);
    await tx.deleteFrom('clock').execute();
    await tx
      .insertInto('clock')
      .values({ position: newest?.position ?? 0, at: now })
      .execute();
  });
  return by;
}

/** The time of the newest event, or that to which the clock was set back after it; 0 in an empty log. */
async function lastSeen(db: LogDatabase): Promise<number> {
  const newest = await newestEvent(db);
  const { rows } = await runCompiled(db, 'the settled clock', [], () =>
    db.selectFrom('clock').selectAll().compile(),
  );
  const [settled] = rows;
  if (settled !== undefined && settled.position >= (newest?.position ?? 0)) return settled.at;
  return newest?.recorded_at ?? 0;
}

async function newestEvent(
  db: LogDatabase,
): Promise<{ readonly position: number; readonly recorded_at: number } | undefined> {
  const { rows } = await runCompiled(db, 'the newest event', [], () =>
    db
      .selectFrom('events')
      .select(['position', 'recorded_at'])
      .orderBy('position', 'desc')
      // With a limit that is a parameter SQLite plans the query anew each time.
      .limit(sql.lit(1))
      .compile(),
  );
  return rows[0];
}
