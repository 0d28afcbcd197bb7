import { type Kysely, sql } from 'kysely';

/** What was given up is little, and each round of reconciling looks for what of it may be tried once more. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('effects_dead')
    .on('effects')
    .columns(['type', 'stream'])
    .where(sql.ref('outcome'), '=', 'dead')
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index effects_dead`.execute(db);
}
