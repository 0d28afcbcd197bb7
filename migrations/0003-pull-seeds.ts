import { type Kysely, sql } from 'kysely';

/** What trusted pull requests' builds left, for those that stand on them to start from (H3). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pull_seeds')
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('commit', 'text', (column) => column.notNull())
    .addColumn('entries', 'text', (column) => column.notNull())
    .addColumn('cold_milliseconds', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('pull_seeds_key', ['stream', 'commit'])
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table pull_seeds`.execute(db);
}
