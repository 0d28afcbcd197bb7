import { expect, test } from 'vitest';
import { beginningOf, coldTimeOf, median, savedBy } from '../../../src/dashboard/shared/saved.ts';

const job = { state: 'success', built: true, milliseconds: 10, reason: "from #1's build of abc" };

test('a job saved the median of its cold builds, less what it took', () => {
  expect(savedBy(job, [100, 40, 50])).toBe(40);
  expect(savedBy(job, [100, 50])).toBe(65);
  // Not built at all: it took nothing, whatever time the CI tells.
  expect(savedBy({ ...job, built: false, reason: 'unchanged; from main at abc' }, [50])).toBe(50);
  // A cache may cost more than it saves.
  expect(savedBy({ ...job, milliseconds: 80 }, [50])).toBe(-30);
  // What was long ago does not count.
  expect(savedBy(job, [...Array.from({ length: 9 }, () => 20), 900, 900, 900])).toBe(10);
});

test('where there is nothing to compare, nothing is said', () => {
  expect(savedBy(job, [])).toBe(null);
  expect(savedBy({ ...job, state: 'failure' }, [50])).toBe(null);
  expect(savedBy({ ...job, milliseconds: null }, [50])).toBe(null);
  expect(savedBy({ ...job, built: null }, [50])).toBe(null);
  expect(savedBy({ ...job, reason: 'cold: force-push' }, [50])).toBe(null);
  expect(coldTimeOf({ ...job, reason: 'cold: force-push' })).toBe(10);
  expect(coldTimeOf(job)).toBe(null);
  expect(coldTimeOf({ ...job, reason: 'cold: asked for', state: 'failure' })).toBe(null);
});

test('a job that was there already is neither warm nor cold', () => {
  expect(beginningOf({ built: false, reason: 'cold: nothing built before' })).toBe('notBuilt');
  expect(beginningOf({ built: null, reason: 'cold: nothing built before' })).toBe('cold');
  expect(beginningOf({ built: true, reason: 'from main at abc' })).toBe('warm');
  expect(median([])).toBe(null);
});
