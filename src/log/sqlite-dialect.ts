import type Database from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
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

/** The one connection to a database. A statement has been carried out when the call returns; what is awaited is its answer. */
export class LogConnection implements DatabaseConnection {
  readonly #sqlite: Database.Database;

  constructor(sqlite: Database.Database) {
    this.#sqlite = sqlite;
  }

  executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return this.execute(sql, parameters);
  }

  /** Runs a statement with these values. */
  async execute<Row>(sql: string, parameters: readonly unknown[]): Promise<QueryResult<Row>> {
    return this.run(sql, parameters);
  }

  // What comes back is what the query's type says; Kysely's own driver knows no more of it.
  // oxlint-disable typescript/no-unsafe-type-assertion
  protected run<Row>(sql: string, parameters: readonly unknown[]): QueryResult<Row> {
    const statement = this.#sqlite.prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as Row[] };
    const { changes, lastInsertRowid } = statement.run(parameters);
    return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] };
  }
  // oxlint-enable typescript/no-unsafe-type-assertion

  streamQuery(): never {
    throw new Error('the log is read in pages');
  }
}

const begin = CompiledQuery.raw('begin');
const commit = CompiledQuery.raw('commit');
const rollback = CompiledQuery.raw('rollback');

/** Gives the one connection to one user after another. */
export class LogDriver implements Driver {
  readonly #sqlite: Database.Database;
  readonly connection: LogConnection;
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  constructor(sqlite: Database.Database, connection: LogConnection) {
    this.#sqlite = sqlite;
    this.connection = connection;
  }

  /** The connection, for one statement that is begun at once; null while somebody has it, who may be in a transaction. */
  get free(): LogConnection | null {
    return this.#isTaken ? null : this.connection;
  }

  async init(): Promise<void> {}

  /** Takes the connection, if that can be done at once; `acquireConnection` waits for it. */
  take(): boolean {
    if (this.#isTaken || !this.#sqlite.open) return false;
    this.#isTaken = true;
    return true;
  }

  /** Gives it to whoever has waited longest. */
  give(): void {
    const next = this.#waiting.shift();
    // It stays taken, so that nobody comes between.
    if (next === undefined) this.#isTaken = false;
    else next();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (!this.#sqlite.open) throw new Error('the log has been closed');
    if (!this.take())
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    return this.connection;
  }

  async releaseConnection(): Promise<void> {
    this.give();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(begin);
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(commit);
  }

  /**
   * On a full disk SQLite itself rolls back, at once; to roll back a second time is an error, which would hide what had
   * happened (G2).
   */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#sqlite.inTransaction) await connection.executeQuery(rollback);
  }

  async destroy(): Promise<void> {
    this.#isTaken = true;
    this.#sqlite.close();
  }
}

/** Of whoever has the connection, and need not ask for it. */
class HeldDriver extends LogDriver {
  override async acquireConnection(): Promise<DatabaseConnection> {
    return this.connection;
  }

  override async releaseConnection(): Promise<void> {}

  override async beginTransaction(): Promise<void> {
    throw new Error('whoever has the connection to itself may be in a transaction already');
  }

  override async destroy(): Promise<void> {
    throw new Error('the log is closed by whoever opened it');
  }
}

/** Kysely's SQLite, with what the log relies on. */
export class LogDialect extends SqliteDialect {
  readonly #sqlite: Database.Database;
  readonly driver: LogDriver;

  constructor(
    sqlite: Database.Database,
    connection = new LogConnection(sqlite),
    driver = new LogDriver(sqlite, connection),
  ) {
    super({ database: sqlite });
    this.#sqlite = sqlite;
    this.driver = driver;
  }

  /** The same, for whoever has the connection. */
  held(): LogDialect {
    const { connection } = this.driver;
    return new LogDialect(this.#sqlite, connection, new HeldDriver(this.#sqlite, connection));
  }

  override createAdapter(): DialectAdapter {
    return adapter;
  }

  override createDriver(): Driver {
    return this.driver;
  }
}
