import { expect, test } from 'vitest';
import type { ListRow } from '../../../src/dashboard/list/list-data.ts';
import { mergeNews } from '../../../src/dashboard/list/merge-news.ts';

const counts = { all: 0, open: 0, waiting: 0, building: 0, failing: 0, closed: 0 };

function row(stream: string, version: number): ListRow {
  return {
    stream,
    kind: 'pull',
    name: stream,
    page: `/pulls/${stream}`,
    title: null,
    author: null,
    state: 'idle',
    held: false,
    waitsFor: null,
    head: null,
    verdict: null,
    description: null,
    version,
    updatedAt: version,
    build: null,
  };
}

const shown = (rows: readonly ListRow[]): string[] =>
  rows.map(({ stream, version }) => `${stream} ${version}`);

test('rows change where they stand, what is new comes first, and what no longer fits stays', () => {
  const before = [row('a', 1), row('b', 1), row('c', 1)];
  const news = { rows: [row('d', 1), row('b', 2)], others: [row('c', 2), row('e', 1)], counts };
  const { rows, changed, added } = mergeNews(before, news, true);
  expect(shown(rows)).toEqual(['d 1', 'a 1', 'b 2', 'c 2']);
  expect({ changed, added }).toEqual({ changed: ['b', 'c'], added: ['d'] });
});

test('a page further back takes nothing new', () => {
  const { rows, added } = mergeNews(
    [row('a', 1)],
    { rows: [row('d', 1)], others: [], counts },
    false,
  );
  expect(shown(rows)).toEqual(['a 1']);
  expect(added).toEqual([]);
});

test('an answer that was overtaken takes nothing back; one of the same version may say more', () => {
  const before = [row('a', 3), row('b', 3)];
  const later = { ...row('b', 3), waitsFor: 'building, since 3 min' };
  const { rows, changed } = mergeNews(
    before,
    { rows: [row('a', 2), later], others: [], counts },
    true,
  );
  expect(rows).toEqual([row('a', 3), later]);
  expect(changed).toEqual([]);
});
