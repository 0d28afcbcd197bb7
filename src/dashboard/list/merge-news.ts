import type { ListNews, ListRow } from './list-data.ts';

export interface Merged {
  readonly rows: readonly ListRow[];
  /** The streams whose rows are not what they were. */
  readonly changed: readonly string[];
  /** Those that were not there. */
  readonly added: readonly string[];
}

/**
 * Brings rows up to date where they stand: nothing moves below a reader's eyes, so a row that no longer fits what is
 * asked for stays until the list is asked for anew. What is new comes first, where `takesNew`.
 */
export function mergeNews(rows: readonly ListRow[], news: ListNews, takesNew: boolean): Merged {
  const fresh = new Map([...news.rows, ...news.others].map((row) => [row.stream, row]));
  const known = new Map(rows.map((row) => [row.stream, row]));
  const isNews = (row: ListRow): boolean => {
    const was = known.get(row.stream);
    return was !== undefined && row.version > was.version;
  };
  const added = takesNew ? news.rows.filter(({ stream }) => !known.has(stream)) : [];
  return {
    rows: [...added, ...rows.map((row) => newer(row, fresh.get(row.stream)))],
    changed: [...fresh.values()].filter(isNews).map(({ stream }) => stream),
    added: added.map(({ stream }) => stream),
  };
}

/** Answers may come in another order than they were asked for in. */
function newer(row: ListRow, fresh: ListRow | undefined): ListRow {
  return fresh === undefined || fresh.version < row.version ? row : fresh;
}
