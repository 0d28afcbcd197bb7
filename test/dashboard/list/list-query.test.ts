import { assert, constantFrom, property, record, string } from 'fast-check';
import { expect, test } from 'vitest';
import {
  cacheFilters,
  listQueryOf,
  queryText,
  shows,
  sorts,
  wholeList,
} from '../../../src/dashboard/list/list-query.ts';

test('what an address says is what was asked for', () => {
  const query = record({
    search: string().map((text) => text.trim()),
    show: constantFrom(...shows),
    repository: string(),
    cache: constantFrom(...cacheFilters),
    sort: constantFrom(...sorts),
    after: string(),
  });
  assert(
    property(query, (asked) => {
      expect(listQueryOf(queryText(asked))).toEqual(asked);
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('the whole list has a short address, and what is not known is as ever', () => {
  expect(queryText(wholeList)).toBe('');
  expect(queryText({ ...wholeList, show: 'failing' }, ['a#1', 'b@x'])).toBe(
    '?show=failing&stream=a%231&stream=b%40x',
  );
  expect(listQueryOf('?show=nothing&sort=__proto__&cache=&q=+a++')).toEqual({
    ...wholeList,
    search: 'a',
  });
});
