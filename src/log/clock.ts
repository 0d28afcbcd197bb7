import { sql } from 'kysely';
import type { LogDatabase } from './database.ts';

/** When the newest event was recorded; null in an empty log. */
export async function lastRecordedAt(db: LogDatabase): Promise<number | null> {
  const row = await db
    .selectFrom('events')
    .select('recorded_at')
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.recorded_at ?? null;
}

/**
 * The clock was set back by `by` milliseconds, to `now`: what waits goes on waiting as long as it would have (G6). Of
 * timers only those are moved that were set by the clock as it was: one set since must not go off early. An effect that is
 * tried too early does no harm, and what an adapter has been told to wait for it keeps count of itself.
 */
export async function setBack(db: LogDatabase, now: number, by: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
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
  });
}
