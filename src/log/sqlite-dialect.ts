import type Database from 'better-sqlite3';
import {
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';

/**
 * SQLite's DDL is transactional, though Kysely's adapter does without. With it a migration is made wholly or not at all:
 * a process that is killed in the middle of its first start leaves no half of a table behind (G1).
 */
class TransactionalDdl extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** One for all, for by it are compiled queries known again (`compiledOnce`); it holds nothing. */
const adapter = new TransactionalDdl();

/**
 * On a full disk SQLite itself rolls back, at once; to roll back a second time is an error, which would hide what had
 * happened (G2).
 */
class RollBackOnce extends SqliteDriver {
  readonly #sqlite: Database.Database;

  constructor(sqlite: Database.Database) {
    super({ database: sqlite });
    this.#sqlite = sqlite;
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#sqlite.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** Kysely's SQLite, with what the log relies on. */
export class LogDialect extends SqliteDialect {
  readonly #sqlite: Database.Database;

  constructor(sqlite: Database.Database) {
    super({ database: sqlite });
    this.#sqlite = sqlite;
  }

  override createAdapter(): DialectAdapter {
    return adapter;
  }

  override createDriver(): Driver {
    return new RollBackOnce(this.#sqlite);
  }
}
