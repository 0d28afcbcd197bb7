import { type CompiledQuery, type Insertable, sql } from 'kysely';
import { compiledOnce } from './compiled.ts';
import type { LogDatabase } from './database.ts';
import { run } from './direct.ts';
import type { Tables } from './schema.ts';

type ColumnOf<Table extends keyof Tables> = keyof Insertable<Tables[Table]> & string;

/** How rows of a table are written: always all of these columns. */
export interface RowShape<Table extends keyof Tables, Column extends ColumnOf<Table>> {
  readonly table: Table;
  readonly columns: readonly Column[];
  /** A row that has the same in these is replaced; none: there is no such row. */
  readonly key: readonly Column[];
  /** What of such a row stays. */
  readonly kept: readonly Column[];
}

export function rowShape<Table extends keyof Tables, Column extends ColumnOf<Table>>(
  table: Table,
  columns: readonly Column[],
  { key = [], kept = [] }: Partial<Pick<RowShape<Table, NoInfer<Column>>, 'key' | 'kept'>> = {},
): RowShape<Table, Column> {
  return { table, columns, key, kept };
}

type Row<Table extends keyof Tables, Column extends ColumnOf<Table>> = Required<
  Pick<Insertable<Tables[Table]>, Column>
>;

/**
 * Inserts a row, or replaces it. Every append writes some, and building and compiling such a query costs more than running
 * it (a quarter of an append, `script/bench`): so it is done once a shape, of which each table has one.
 */
export function writeRow<Table extends keyof Tables, Column extends ColumnOf<Table>>(
  db: LogDatabase,
  shape: RowShape<Table, Column>,
  row: Row<Table, Column>,
): Promise<unknown> {
  const values = shape.columns.map((column) => row[column]);
  const query = compiledOnce(db, shape.table, () => compileInsert(db, shape, 1));
  return run(db, query, values);
}

/** How many rows one statement writes: each count is a text of its own, to be compiled and kept. */
const rowsAtOnce = 16;

/** Writes many rows, in as few statements as may be. */
export async function writeRows<Table extends keyof Tables, Column extends ColumnOf<Table>>(
  db: LogDatabase,
  shape: RowShape<Table, Column>,
  rows: readonly Row<Table, Column>[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows.length - from);
    const values: unknown[] = [];
    for (let index = from; index < from + count; index += 1)
      for (const column of shape.columns) values.push(rows[index]?.[column]);
    const query = compiledOnce(db, `${shape.table} of ${count}`, () =>
      compileInsert(db, shape, count),
    );
    await run(db, query, values);
  }
}

/** The text alone: the values come when it is run. */
function compileInsert<Table extends keyof Tables, Column extends ColumnOf<Table>>(
  db: LogDatabase,
  { table, columns, key, kept }: RowShape<Table, Column>,
  rows: number,
): CompiledQuery {
  const names = (of: readonly string[]) => sql.join(of.map((name) => sql.id(name)));
  const row = sql`(${sql.join(columns.map(() => null))})`;
  const values = sql.join(Array.from({ length: rows }, () => row));
  const insert = sql`insert into ${sql.table(table)} (${names(columns)}) values ${values}`;
  if (key.length === 0) return insert.compile(db);
  const changing = columns.filter((name) => !key.includes(name) && !kept.includes(name));
  const changes = changing.map((name) => sql`${sql.id(name)} = excluded.${sql.id(name)}`);
  return sql`${insert} on conflict (${names(key)}) do update set ${sql.join(changes)}`.compile(db);
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
  await run(db, query, [...Object.values(changes), ...Object.values(key)]);
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
