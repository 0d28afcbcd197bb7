import { array, assert, constantFrom, letrec, oneof, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { applied, changesBetween, type Json } from '../../../src/dashboard/pull/changes.ts';

test('what differs is named as deep as it can be', () => {
  const before = { head: 'a', jobs: [{ name: 'x', state: 'pending' }, { name: 'y' }], tip: null };
  const after = { head: 'b', jobs: [{ name: 'x', state: 'success' }], notes: ['new'], tip: null };
  expect(changesBetween(before, after)).toEqual([
    { path: ['head'], before: 'a', after: 'b' },
    { path: ['jobs', '0', 'state'], before: 'pending', after: 'success' },
    { path: ['jobs', '1'], before: { name: 'y' } },
    { path: ['notes'], after: ['new'] },
  ]);
  expect(changesBetween({ cache: {} }, { cache: [] })).toEqual([
    { path: ['cache'], before: {}, after: [] },
  ]);
});

test('the changes lead from one value to the other, whatever the names in it', () => {
  const names = constantFrom('a', 'b', '__proto__', 'constructor', '0', '1');
  const { value } = letrec<{ value: Json }>((tie) => ({
    value: oneof(
      { maxDepth: 4 },
      constantFrom<Json>(null, true, 1, 'text', ''),
      array(tie('value'), { maxLength: 4 }),
      array(tuple(names, tie('value')), { maxLength: 4 }).map(Object.fromEntries<Json>),
    ),
  }));
  const text = (of: Json): string =>
    JSON.stringify(of, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))
        : inner,
    );
  assert(
    property(value, value, (before, after) => {
      const sent: unknown = JSON.parse(JSON.stringify(changesBetween(before, after)));
      expect(sent).toEqual(changesBetween(before, after));
      expect(text(applied(before, changesBetween(before, after)))).toBe(text(after));
      expect(changesBetween(after, after)).toEqual([]);
    }),
    { seed: 5, numRuns: 500 },
  );
});
