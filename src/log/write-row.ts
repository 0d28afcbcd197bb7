import { type CompiledQuery, type Insertable, sql } from 'kysely';
import { compiledOnce } from './compiled.ts';
import type { LogDatabase } from './database.ts';
import { run } from './direct.ts';
import type { Tables } from './schema.ts';

/**
 * Inserts a row; where one with the same `key` columns is there, replaces its other columns. Every append writes some of
 * these, always of the same few shapes, and building and compiling such a query costs more than running it (a quarter
 * of an append, `script/bench`): so each shape is compiled once.
 */
export async function writeRow<Table extends keyof Tables>(
  db: LogDatabase,
  table: Table,
  row: Insertable<Tables[Table]>,
  key: readonly (keyof Tables[Table] & string)[] = [],
  keep: readonly (keyof Tables[Table] & string)[] = [],
): Promise<void> {
  const shape = `${table}(${Object.keys(row).join()})${key.join()}/${keep.join()}`;
  const query = compiledOnce(db, shape, () => compileInsert(db, table, row, key, keep));
  await run(db, { ...query, parameters: Object.values(row) });
}

/** Changes columns of the row that has these `key` columns, if there is one; compiled once a shape, as `writeRow`. */
export async function changeRow(
  db: LogDatabase,
  table: keyof Tables,
  changes: Readonly<Record<string, unknown>>,
  key: Readonly<Record<string, unknown>>,
): Promise<void> {
  const shape = `${table}:${Object.keys(changes).join()}?${Object.keys(key).join()}`;
  const query = compiledOnce(db, shape, () => compileUpdate(db, table, changes, key));
  const parameters = [...Object.values(changes), ...Object.values(key)];
  await run(db, { ...query, parameters });
}

function compileUpdate(
  db: LogDatabase,
  table: keyof Tables,
  changes: Readonly<Record<string, unknown>>,
  key: Readonly<Record<string, unknown>>,
): CompiledQuery {
  const equal = (of: Readonly<Record<string, unknown>>) =>
    Object.entries(of).map(([name, value]) => sql`${sql.id(name)} = ${value}`);
  const text = sql`update ${sql.table(table)} set ${sql.join(equal(changes))} where ${sql.join(equal(key), sql` and `)}`;
  return text.compile(db);
}

function compileInsert<Table extends keyof Tables>(
  db: LogDatabase,
  table: Table,
  row: Insertable<Tables[Table]>,
  key: readonly string[],
  keep: readonly string[],
): CompiledQuery {
  const insert = db.insertInto(table).values(row);
  if (key.length === 0) return insert.compile();
  const changing = Object.keys(row).filter((name) => !key.includes(name) && !keep.includes(name));
  // Which columns they are is known only here; that they are the table's, the caller's types have seen to.
  const text = sql`${insert} on conflict (${sql.join(key.map((name) => sql.id(name)))}) do update set ${sql.join(
    changing.map((name) => sql`${sql.id(name)} = excluded.${sql.id(name)}`),
  )}`;
  return text.compile(db);
}
