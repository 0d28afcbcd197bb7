import { type Kysely, sql } from 'kysely';

/** What people and the engine ask for; all of it can be rebuilt from the log. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // One row a stream: pull requests, and branches that are built as themselves.
  await db.schema
    .createTable('pulls')
    .addColumn('stream', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('forge', 'text', (column) => column.notNull())
    .addColumn('repository_id', 'text', (column) => column.notNull())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('number', 'integer')
    .addColumn('branch', 'text')
    .addColumn('title', 'text')
    .addColumn('author', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('head', 'text')
    .addColumn('tip', 'text')
    .addColumn('verdict', 'text')
    .addColumn('description', 'text')
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('opened_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('pulls_repository')
    .on('pulls')
    .columns(['forge', 'repository', 'number'])
    .execute();

  await db.schema
    .createTable('builds')
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('commit', 'text', (column) => column.notNull())
    .addColumn('head', 'text', (column) => column.notNull())
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .addColumn('verdict', 'text')
    .addColumn('description', 'text')
    // [{name, state, built, milliseconds, reason, url}]
    .addColumn('jobs', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('builds_key', ['stream', 'attempt'])
    .execute();
  await db.schema.createIndex('builds_commit').on('builds').columns(['commit']).execute();

  await db.schema
    .createTable('seeds')
    .addColumn('forge', 'text', (column) => column.notNull())
    .addColumn('repository_id', 'text', (column) => column.notNull())
    .addColumn('commit', 'text', (column) => column.notNull())
    .addColumn('branch', 'text', (column) => column.notNull())
    .addColumn('entries', 'text', (column) => column.notNull())
    .addColumn('cold_milliseconds', 'text', (column) => column.notNull())
    .addColumn('recorded_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('seeds_key', ['forge', 'repository_id', 'commit'])
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['seeds', 'builds', 'pulls'])
    await sql`drop table ${sql.table(table)}`.execute(db);
}
