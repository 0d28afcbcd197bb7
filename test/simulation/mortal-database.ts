import type Database from 'better-sqlite3';
import type { QueryResult } from 'kysely';
import type { LogDatabase } from '../../src/log/database.ts';
import { openKysely } from '../../src/log/direct.ts';
import { LogConnection, LogDialect } from '../../src/log/sqlite-dialect.ts';

/** Called before every statement. @returns false: the process is dead, and nothing comes back any more */
export type BeforeStatement = (sql: string) => boolean;

/** Never answered. One for all would hold on to everybody who waits for it. */
const never = (): Promise<never> => new Promise(() => {});

/** The log's own connection, but that the process may die before any of its statements. */
class MortalConnection extends LogConnection {
  readonly #before: BeforeStatement;

  constructor(sqlite: Database.Database, before: BeforeStatement) {
    super(sqlite);
    this.#before = before;
  }

  override async execute<Row>(
    sql: string,
    parameters: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    return this.#before(sql) ? this.run(sql, parameters) : never();
  }
}

/** What a process has open of a database that outlives it, or whoever only looks at it. */
export function openMortal(
  sqlite: Database.Database,
  before: BeforeStatement,
  isWriter: boolean,
): LogDatabase {
  return openKysely(new LogDialect(sqlite, new MortalConnection(sqlite, before)), isWriter);
}
