import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import type { Sort } from '../dashboard/list/list-query.ts';
import type { PullRow, Tables } from '../log/schema.ts';
import { badRequest } from './http-error.ts';

/** One of the things that a list is ordered by; the last one of an order is the same for no two rows. */
export interface Key {
  readonly by: Expression<string | number>;
  readonly descending: boolean;
  readonly of: (row: PullRow) => string | number;
}

const isEnded = sql<number>`(pulls.state in ('closed', 'gone'))`;

const byStream: Key = key('stream');

/** The order of a list; what comes of it is the same as long as nothing happens. */
export const orders: Readonly<Record<Sort, readonly Key[]>> = {
  changed: [
    {
      by: isEnded,
      descending: false,
      of: ({ state }) => (state === 'closed' || state === 'gone' ? 1 : 0),
    },
    key('updated_at', 'descending'),
    byStream,
  ],
  opened: [key('opened_at', 'descending'), byStream],
  name: [
    key('forge'),
    key('repository'),
    { by: sql<number>`coalesce(pulls.number, 0)`, descending: true, of: (row) => row.number ?? 0 },
    byStream,
  ],
};

function key(
  column: 'stream' | 'forge' | 'repository' | 'updated_at' | 'opened_at',
  direction: 'ascending' | 'descending' = 'ascending',
): Key {
  return {
    by: sql.ref<string | number>(`pulls.${column}`),
    descending: direction === 'descending',
    of: (row) => row[column],
  };
}

/** Where the page after this row begins, as it stands in an address. */
export function cursorOf(sort: Sort, row: PullRow): string {
  return JSON.stringify(orders[sort].map(({ of }) => of(row)));
}

/**
 * What comes after a cursor.
 * @throws {HttpError} 400
 */
export function isAfter(
  row: ExpressionBuilder<Tables, 'pulls'>,
  sort: Sort,
  cursor: string,
): Expression<SqlBool> {
  const keys = orders[sort];
  const values = readCursor(cursor);
  if (values?.length !== keys.length) throw badRequest('after: not the `next` of an earlier page');
  const steps = keys.map(({ by, descending }, index) => {
    const equal = keys
      .slice(0, index)
      .map((earlier, before) => row(earlier.by, '=', values[before] ?? ''));
    return row.and([...equal, row(by, descending ? '<' : '>', values[index] ?? '')]);
  });
  return row.or(steps);
}

function readCursor(text: string): (string | number)[] | null {
  try {
    return z.array(z.union([z.string(), z.number()])).parse(JSON.parse(text));
  } catch {
    return null;
  }
}
