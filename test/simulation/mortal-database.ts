import type Database from 'better-sqlite3';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
} from 'kysely';
import { LogDialect } from '../../src/log/sqlite-dialect.ts';
import type { Tables } from '../../src/log/schema.ts';

/** Called before every statement. @returns false: the process is dead, and nothing comes back any more */
export type BeforeStatement = (sql: string) => boolean;

/** Never answered. One for all would hold on to everybody who waits for it. */
const never = (): Promise<never> => new Promise(() => {});

/** The log's own connection, but that the process may die before any of its statements. */
class MortalConnection implements DatabaseConnection {
  readonly real: DatabaseConnection;
  readonly #before: BeforeStatement;

  constructor(real: DatabaseConnection, before: BeforeStatement) {
    this.real = real;
    this.#before = before;
  }

  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#before(query.sql) ? this.real.executeQuery(query) : never();
  }

  streamQuery<Row>(query: CompiledQuery, size?: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.real.streamQuery(query, size);
  }
}

class MortalDialect extends LogDialect {
  readonly #before: BeforeStatement;

  constructor(sqlite: Database.Database, before: BeforeStatement) {
    super(sqlite);
    this.#before = before;
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const before = this.#before;
    let mortal: MortalConnection | null = null;
    const acquire = driver.acquireConnection.bind(driver);
    return Object.assign(driver, {
      acquireConnection: async (): Promise<DatabaseConnection> => {
        const real = await acquire();
        mortal = mortal?.real === real ? mortal : new MortalConnection(real, before);
        return mortal;
      },
    });
  }
}

/** What a process has open of a database that outlives it. */
export function openMortal(sqlite: Database.Database, before: BeforeStatement): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new MortalDialect(sqlite, before) });
}
