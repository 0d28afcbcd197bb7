import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import { inConnection, openKysely } from './direct.ts';
import { asLogError, LogError } from './log-error.ts';
import { migrate, requireCurrent } from './migrate.ts';
import type { Tables } from './schema.ts';
import { LogDialect } from './sqlite-dialect.ts';

export type LogDatabase = Kysely<Tables>;

/** An open log. Close it: the writer's lock is let go with it (or with the process, however that ends). */
export interface OpenLog {
  readonly db: LogDatabase;
  close(): Promise<void>;
}

/**
 * Opens the log for writing: takes the writer's lock, and migrates what is older.
 *
 * @param file path of the SQLite file, or `:memory:`
 * @param synchronous `full`: what was acknowledged survives a power cut (the default); `normal`: a crash of the process
 * @throws {LogError} `in-use`, `newer`, `unavailable`, `corrupt`
 */
export async function openLog(
  file: string,
  synchronous: 'full' | 'normal' = 'full',
): Promise<OpenLog> {
  const unlock = file === ':memory:' ? () => {} : lockForWriting(file);
  let sqlite: Database.Database | undefined;
  try {
    sqlite = new Database(file);
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma(`synchronous = ${synchronous === 'full' ? 'FULL' : 'NORMAL'}`);
    sqlite.pragma('busy_timeout = 1000');
    const db = openKysely(new LogDialect(cached(sqlite)), true);
    await migrate(db);
    if (synchronous === 'full') full.add(db);
    return {
      db,
      close: async () => {
        await db.destroy();
        unlock();
      },
    };
  } catch (error) {
    sqlite?.close();
    unlock();
    throw asLogError(error);
  }
}

/**
 * Opens the log for reading, beside a service that writes it.
 * @throws {LogError} `missing`, `older`, `newer`, `corrupt`
 */
export async function readLog(file: string): Promise<OpenLog> {
  if (!existsSync(file))
    throw new LogError('missing', `there is no database ${file}; \`orthrus serve\` makes it`);
  try {
    const sqlite = new Database(file, { readonly: true });
    sqlite.pragma('busy_timeout = 1000');
    const db = openKysely(new LogDialect(cached(sqlite)), false);
    await requireCurrent(db);
    return { db, close: () => db.destroy() };
  } catch (error) {
    throw asLogError(error);
  }
}

/** Databases each of whose commits waits for the disk. */
const full = new WeakSet<LogDatabase>();

/**
 * Writes what a power cut may undo: leases, and the end of effects of which nothing came but their doing. All of it is
 * found again by carrying an effect out once more, which is safe (rule 3); a commit that waits for the disk costs many
 * times as much as the write. What was recorded before stays as durable as it was.
 */
export async function relaxed<T>(
  db: LogDatabase,
  write: (db: LogDatabase) => Promise<T>,
): Promise<T> {
  if (!full.has(db)) return write(db);
  return inConnection(db, async (connection) => {
    await sql`pragma synchronous = normal`.execute(connection);
    try {
      return await write(connection);
    } finally {
      await sql`pragma synchronous = full`.execute(connection);
    }
  });
}

/**
 * One writing process a file (G3): a lock on a file beside it, held through SQLite's own locking, which the kernel lets
 * go when the process ends, even by kill -9. The log itself stays open to readers.
 */
function lockForWriting(file: string): () => void {
  let lock: Database.Database | undefined;
  try {
    lock = new Database(`${file}-writer`, { timeout: 0 });
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'SQLITE_BUSY')
      throw new LogError(
        'in-use',
        `${file} is in use by another orthrus process; stop it, or name another database`,
        error,
      );
    throw asLogError(error);
  }
  return () => lock?.close();
}

/**
 * Kysely prepares every statement anew. Its texts are few, so the prepared ones are kept: for an append that is a third
 * of its time (`script/bench`).
 */
export function cached(sqlite: Database.Database): Database.Database {
  const statements = new Map<string, Database.Statement>();
  const anew = sqlite.prepare.bind(sqlite);
  const prepare = (text: string): Database.Statement => {
    const known = statements.get(text);
    if (known !== undefined) return known;
    const statement = anew(text);
    if (statements.size < 200) statements.set(text, statement);
    return statement;
  };
  return Object.assign(sqlite, { prepare });
}
