import { type Kysely, sql } from 'kysely';

/** Which streams are held, of which there are few: a list of 10,000 looks at no snapshot for it (a third of its time). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('snapshots_held')
    .on('snapshots')
    .columns(['stream'])
    .where(sql.ref('held'), 'is not', null)
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index snapshots_held`.execute(db);
}
