import { expect, test } from 'vitest';
import { upcast, type Upcaster } from '../../src/log/upcast.ts';

const steps: readonly Upcaster[] = [
  {
    type: 'pull.seen',
    from: 1,
    up: (data) => ({ type: 'pull.seen', data: { ...data, draft: false } }),
  },
  {
    type: 'pull.seen',
    from: 2,
    up: ({ sha, ...data }) => ({ type: 'pull.observed', data: { ...data, head: sha } }),
  },
  {
    type: 'pull.observed',
    from: 3,
    up: (data) => ({ type: 'pull.observed', data: { ...data, base: 'main' } }),
  },
];

test('an old event is lifted step by step, through a new name as well', () => {
  const stored = { type: 'pull.seen', version: 1, data: { sha: 'abc' } };
  expect(upcast(stored, steps)).toEqual({
    type: 'pull.observed',
    data: { head: 'abc', draft: false, base: 'main' },
  });
  expect(stored.data).toEqual({ sha: 'abc' });
});

test('an event of a later version takes the later steps only', () => {
  expect(
    upcast({ type: 'pull.seen', version: 2, data: { sha: 'abc', draft: true } }, steps),
  ).toEqual({ type: 'pull.observed', data: { head: 'abc', draft: true, base: 'main' } });
});

test('today’s shape, and types that never changed, are left as they are', () => {
  const today = { type: 'pull.observed', version: 4, data: { head: 'abc' } };
  expect(upcast(today, steps)).toEqual({ type: 'pull.observed', data: { head: 'abc' } });
  const other = { type: 'build.lost', version: 1, data: { attempt: 1 } };
  expect(upcast(other, steps)).toEqual({ type: 'build.lost', data: { attempt: 1 } });
});
