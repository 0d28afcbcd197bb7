import { type Kysely, sql } from 'kysely';

/** The event log, its snapshots, and the effects that it asks for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('events')
    .addColumn('position', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('meta', 'text', (column) => column.notNull())
    // The machine's state after the event, `merging.fetching`: replay compares it.
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('machine_version', 'text', (column) => column.notNull())
    // The delivery's id, or the effect's id and attempt. Events that nobody sends twice have none.
    .addColumn('key', 'text')
    .addColumn('recorded_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('events_stream_version', ['stream', 'version'])
    .execute();
  await db.schema
    .createIndex('events_stream_key')
    .unique()
    .on('events')
    .columns(['stream', 'key'])
    .where('key', 'is not', null)
    .execute();

  await db.schema
    .createTable('snapshots')
    .addColumn('stream', 'text', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('machine_version', 'text', (column) => column.notNull())
    // Why the stream is not acted on (G4), or null.
    .addColumn('held', 'text')
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('context', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('effects')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('index', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('params', 'text', (column) => column.notNull())
    .addColumn('lane', 'text', (column) => column.notNull())
    // When the event that asked for it was recorded: the date of what it makes.
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .addColumn('run_at', 'bigint', (column) => column.notNull())
    .addColumn('lease_until', 'bigint')
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('last_error', 'text')
    .addColumn('done_at', 'bigint')
    .addColumn('outcome', 'text')
    .execute();
  // What is unfinished is little, whatever the log has grown to; claims look at nothing else.
  await db.schema
    .createIndex('effects_unfinished')
    .on('effects')
    .columns(['kind', 'run_at'])
    .where(sql.ref('done_at'), 'is', null)
    .execute();
  await db.schema
    .createIndex('effects_lane')
    .on('effects')
    .columns(['lane', 'stream', 'version', 'index'])
    .where(sql.ref('done_at'), 'is', null)
    .execute();
  await db.schema
    .createIndex('effects_stream')
    .on('effects')
    .columns(['stream', 'version'])
    .execute();

  // A lane that must rest until a moment that the other side has named (E2).
  await db.schema
    .createTable('lanes')
    .addColumn('lane', 'text', (column) => column.primaryKey())
    .addColumn('hold_until', 'bigint', (column) => column.notNull())
    .execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['lanes', 'effects', 'snapshots', 'events'])
    await sql`drop table ${sql.table(table)}`.execute(db);
}
