import { isDeepStrictEqual } from 'node:util';
import { CompiledQuery, type DialectAdapter, type QueryResult } from 'kysely';
import type { LogDatabase } from './database.ts';

/** Texts of queries, by dialect and name. */
const texts = new WeakMap<DialectAdapter, Map<string, string>>();

/**
 * Runs a query whose text is always the same. To build and compile it costs Kysely more than to run it costs SQLite, and
 * a few are run for every event; so it is done once a name.
 *
 * @param values all values of the query, constants too, in the order in which its text has them
 */
export async function runCompiled<Row>(
  db: LogDatabase,
  name: string,
  values: readonly unknown[],
  build: () => CompiledQuery<Row>,
): Promise<QueryResult<Row>> {
  const { adapter } = db.getExecutor();
  const known = texts.get(adapter) ?? new Map<string, string>();
  texts.set(adapter, known);
  let text = known.get(name);
  if (text === undefined) {
    const compiled = build();
    if (!isDeepStrictEqual(compiled.parameters, values))
      throw new Error(`${name} has other values, or in another order, than it is run with`);
    text = compiled.sql;
    known.set(name, text);
  }
  return db.executeQuery<Row>(CompiledQuery.raw(text, [...values]));
}
