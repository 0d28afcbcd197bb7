import { type CompiledQuery, Kysely, type QueryResult } from 'kysely';
import type { LogDatabase } from './database.ts';
import { KeptStates } from './kept-states.ts';
import type { Tables } from './schema.ts';
import type { LogConnection, LogDialect, LogDriver } from './sqlite-dialect.ts';

/** Of each log: who gives its connection away, and the database as whoever has it uses it. */
const logs = new WeakMap<LogDatabase, { readonly driver: LogDriver; readonly held: LogDatabase }>();
/** Of each of the latter. */
const connections = new WeakMap<LogDatabase, LogConnection>();
/** Of both. */
const states = new WeakMap<LogDatabase, KeptStates>();

/**
 * A log's database whose compiled queries go straight to its connection (`run`).
 * @param isWriter whether nobody else writes it
 */
export function openKysely(dialect: LogDialect, isWriter: boolean): LogDatabase {
  const { driver } = dialect;
  const db = new Kysely<Tables>({ dialect });
  const held = new Kysely<Tables>({ dialect: dialect.held() });
  logs.set(db, { driver, held });
  connections.set(held, driver.connection);
  if (isWriter) {
    const kept = new KeptStates();
    states.set(db, kept);
    states.set(held, kept);
  }
  return db;
}

/** What is kept of a log's states; null: others may write them. */
export function statesOf(db: LogDatabase): KeptStates | null {
  return states.get(db) ?? null;
}

/**
 * Runs a compiled query with values of its own. Kysely asks for the connection with every statement, through a dozen
 * promises, which takes longer than most statements; so one that is free, or has been given to us, is used without asking.
 */
export function run<Row>(
  db: LogDatabase,
  query: CompiledQuery,
  values: readonly unknown[],
): Promise<QueryResult<Row>> {
  const connection = connections.get(db) ?? logs.get(db)?.driver.free ?? null;
  return connection === null
    ? db.executeQuery<Row>({ ...query, parameters: values })
    : connection.execute<Row>(query.sql, values);
}

/**
 * Does all of `act` in one transaction, which is rolled back if it throws. Kysely's own makes six objects for each, which
 * takes as long as three statements.
 * @throws what `act` throws, and what SQLite does
 */
export async function inTransaction<T>(
  db: LogDatabase,
  act: (db: LogDatabase) => Promise<T>,
): Promise<T> {
  const { driver } = logOf(db);
  return inConnection(db, async (held) => {
    const { connection } = driver;
    await connection.execute('begin', []);
    try {
      const result = await act(held);
      await connection.execute('commit', []);
      statesOf(db)?.end(true);
      return result;
    } catch (error) {
      statesOf(db)?.end(false);
      await driver.rollbackTransaction(connection);
      throw error;
    }
  });
}

/** Does all of `act` over the one connection, which nobody else has meanwhile. */
export async function inConnection<T>(
  db: LogDatabase,
  act: (db: LogDatabase) => Promise<T>,
): Promise<T> {
  const { driver, held } = logOf(db);
  if (!driver.take()) await driver.acquireConnection();
  try {
    return await act(held);
  } finally {
    driver.give();
  }
}

function logOf(db: LogDatabase): { readonly driver: LogDriver; readonly held: LogDatabase } {
  const log = logs.get(db);
  if (log === undefined)
    throw new Error('no log that was opened here; or whoever asks has its connection already');
  return log;
}
