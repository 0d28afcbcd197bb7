import { isDeepStrictEqual } from 'node:util';
import type { CompiledQuery, DialectAdapter, QueryResult } from 'kysely';
import type { LogDatabase } from './database.ts';
import { run } from './direct.ts';

/** Compiled queries, by dialect and name. */
const queries = new WeakMap<DialectAdapter, Map<string, CompiledQuery>>();

/**
 * The query of that name, which is built the first time. It is run with values of its own each time: Kysely's
 * `CompiledQuery.raw` would make and freeze four objects for that.
 */
export function compiledOnce(
  db: LogDatabase,
  name: string,
  build: () => CompiledQuery,
): CompiledQuery {
  const { adapter } = db.getExecutor();
  let known = queries.get(adapter);
  if (known === undefined) queries.set(adapter, (known = new Map()));
  let query = known.get(name);
  if (query === undefined) known.set(name, (query = build()));
  return query;
}

/**
 * Runs a query whose text is always the same. To build and compile it costs Kysely more than to run it costs SQLite, and
 * a few are run for every event; so it is done once a name.
 *
 * @param values all values of the query, constants too, in the order in which its text has them
 */
export function runCompiled<Row>(
  db: LogDatabase,
  name: string,
  values: readonly unknown[],
  build: () => CompiledQuery<Row>,
): Promise<QueryResult<Row>> {
  const query = compiledOnce(db, name, () => {
    const compiled = build();
    if (!isDeepStrictEqual(compiled.parameters, values))
      throw new Error(`${name} has other values, or in another order, than it is run with`);
    return compiled;
  });
  return run<Row>(db, query, values);
}
