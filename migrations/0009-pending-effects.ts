import { type Kysely, sql } from 'kysely';

/**
 * What is pending of one stream is found without what is done of it; and who is at work in a lane without all who wait
 * for it: each of a thousand that wait looks for that, so it was a million steps to claim nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index effects_lane`.execute(db);
  await db.schema
    .createIndex('effects_pending')
    .on('effects')
    .columns(['stream', 'lane'])
    .where(sql.ref('done_at'), 'is', null)
    .execute();
  await db.schema
    .createIndex('effects_leased')
    .on('effects')
    .columns(['lane'])
    .where(sql.ref('lease_until'), 'is not', null)
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index effects_pending`.execute(db);
  await sql`drop index effects_leased`.execute(db);
  await db.schema
    .createIndex('effects_lane')
    .on('effects')
    .columns(['lane', 'stream', 'version', 'index'])
    .where(sql.ref('done_at'), 'is', null)
    .execute();
}
