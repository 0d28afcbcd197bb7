import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { CacheFilter, ListQuery, Show } from '../dashboard/list/list-query.ts';
import type { Tables } from '../log/schema.ts';

type Row = ExpressionBuilder<Tables, 'pulls'>;
type Condition = Expression<SqlBool>;

const ended = ['closed', 'gone'];

/** What a list shows of the pull requests, for a `where`. */
export function isShown(row: Row, show: Show): Condition {
  switch (show) {
    case 'all':
      return sql<SqlBool>`1 = 1`;
    case 'open':
      return row('pulls.state', 'not in', ended);
    case 'closed':
      return row('pulls.state', 'in', ended);
    case 'waiting':
      return row.or([
        row('pulls.state', 'in', ['awaitingApproval', 'draft', 'blocked']),
        row(
          'pulls.stream',
          'in',
          row
            .selectFrom('snapshots')
            .select('snapshots.stream')
            .where('snapshots.held', 'is not', null),
        ),
      ]);
    case 'building':
      return row.or([
        row('pulls.state', 'in', ['building', 'caching', 'reporting']),
        row('pulls.state', 'like', 'merging%'),
      ]);
    case 'failing':
      return row.and([
        row('pulls.state', 'not in', ended),
        row('pulls.verdict', 'in', ['failure', 'error']),
      ]);
  }
}

/** What is asked for besides the kind. */
export function isWanted(row: Row, query: ListQuery): Condition {
  const words = query.search.split(/\s+/).filter((word) => word !== '');
  return row.and([
    ...words.slice(0, mostWords).map((word) => isFound(row, word)),
    ...(query.repository === '' ? [] : [isOf(row, query.repository)]),
    ...(query.cache === 'any' ? [] : [startedSo(row, query.cache)]),
  ]);
}

const mostWords = 8;

function isOf(row: Row, repository: string): Condition {
  const [, forge = '', name = ''] = /^([^:]*):(.*)$/s.exec(repository) ?? [];
  return row.and([row('pulls.forge', '=', forge), row('pulls.repository', '=', name)]);
}

/** A number, the beginning of a sha, or a part of a name. */
function isFound(row: Row, word: string): Condition {
  const number = /^#?([0-9]{1,9})$/.exec(word)?.[1];
  const part = `%${word.replace(/^@/, '').replace(/[\\%_]/g, String.raw`\$&`)}%`;
  const has = (column: 'title' | 'author' | 'repository' | 'branch'): Condition =>
    sql<SqlBool>`${sql.ref(`pulls.${column}`)} like ${part} escape '\\'`;
  return row.or([
    ...(number === undefined ? [] : [row('pulls.number', '=', Number(number))]),
    ...(/^[0-9a-f]{4,64}$/i.test(word)
      ? [row('pulls.head', 'like', `${word.toLowerCase()}%`)]
      : []),
    ...(word.startsWith('#') ? [] : [has('title'), has('author'), has('repository')]),
    has('branch'),
  ]);
}

/** How the newest build began. */
function startedSo(row: Row, cache: Exclude<CacheFilter, 'any'>): Condition {
  const newest = row
    .selectFrom('builds as newer')
    .select((newer) => newer.fn.max('newer.attempt').as('attempt'))
    .whereRef('newer.stream', '=', 'pulls.stream');
  return row.exists(
    row
      .selectFrom('builds')
      .select('builds.stream')
      .whereRef('builds.stream', '=', 'pulls.stream')
      .where('builds.attempt', '=', newest)
      .where('builds.jobs', '!=', '[]')
      .where('builds.jobs', cache === 'cold' ? 'like' : 'not like', '%"reason":"cold%'),
  );
}
