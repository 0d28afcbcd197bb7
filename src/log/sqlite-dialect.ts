import { type DialectAdapter, SqliteAdapter, SqliteDialect } from 'kysely';

/**
 * SQLite's DDL is transactional, though Kysely's adapter does without. With it a migration is made wholly or not at all:
 * a process that is killed in the middle of its first start leaves no half of a table behind (G1).
 */
class TransactionalDdl extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

export class LogDialect extends SqliteDialect {
  override createAdapter(): DialectAdapter {
    return new TransactionalDdl();
  }
}
