import { type CompiledQuery, type DatabaseConnection, Kysely, type QueryResult } from 'kysely';
import type { LogDatabase } from './database.ts';
import type { Tables } from './schema.ts';
import type { LogDialect, LogDriver } from './sqlite-dialect.ts';

/** What has a connection to itself, and which. */
const held = new WeakMap<LogDatabase, DatabaseConnection>();
const drivers = new WeakMap<LogDatabase, LogDriver>();

/** A log's database whose compiled queries go straight to its connection (`run`). */
export function openKysely(dialect: LogDialect): LogDatabase {
  const db = new Kysely<Tables>({ dialect });
  drivers.set(db, dialect.driver);
  return db;
}

/**
 * Runs a compiled query. Kysely asks for the connection with every statement, through a dozen promises, which takes longer
 * than most statements; so one that is free, or has been given to us, is used without asking.
 */
export function run<Row>(db: LogDatabase, query: CompiledQuery): Promise<QueryResult<Row>> {
  const connection = held.get(db) ?? drivers.get(db)?.free ?? null;
  return connection === null ? db.executeQuery<Row>(query) : connection.executeQuery<Row>(query);
}

/** Does all of `act` in one transaction, which is rolled back if it throws. */
export async function inTransaction<T>(
  db: LogDatabase,
  act: (db: LogDatabase) => Promise<T>,
): Promise<T> {
  return db.transaction().execute((transaction) => holding(transaction, act));
}

/** Does all of `act` over one connection, which nobody else has meanwhile. */
export async function inConnection<T>(
  db: LogDatabase,
  act: (db: LogDatabase) => Promise<T>,
): Promise<T> {
  return db.connection().execute((connection) => holding(connection, act));
}

async function holding<T>(db: LogDatabase, act: (db: LogDatabase) => Promise<T>): Promise<T> {
  held.set(db, await db.getExecutor().provideConnection(async (connection) => connection));
  try {
    return await act(db);
  } finally {
    held.delete(db);
  }
}
