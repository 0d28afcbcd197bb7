import { expect, test } from 'vitest';
import { type EndedJob, SavedCount } from '../../src/http/overview-saved.ts';

const job = (of: Partial<EndedJob>): EndedJob => ({
  name: 'hello',
  state: 'success',
  built: true,
  milliseconds: 100,
  reason: 'from main at 1a2b3c4',
  ...of,
});
const cold = (milliseconds: number, name = 'hello'): EndedJob =>
  job({ name, milliseconds, reason: 'cold: nothing built before' });

test('the time saved is the median of the last nine cold builds, less what a job took', () => {
  const count = new SavedCount();
  count.add('r', job({ milliseconds: 100 }));
  for (const took of [9999, 9999, 9999, 9999, 9999, 1000, 1000, 1000, 1000, 1000])
    count.add('r', cold(took));
  count.add('r', job({ built: false, milliseconds: 0 }));
  count.add('r', job({ built: false, milliseconds: null }));
  // Slower than cold: it counts against.
  count.add('r', job({ milliseconds: 1500 }));
  expect(count.saved()).toEqual({ milliseconds: 900 + 1000 + 1000 - 500, jobs: 4, without: 0 });
  expect(count.jobs).toEqual({ warm: 2, cold: 10, notBuilt: 2, unknown: 0 });
});

test('what cannot be told is not counted, and told', () => {
  const count = new SavedCount();
  count.add('r', job({}));
  count.add('other', cold(1000));
  count.add('r', cold(1000, 'another'));
  count.add('r', job({ built: null }));
  count.add('other', job({ milliseconds: null }));
  count.add('other', job({ state: 'failure' }));
  expect(count.saved()).toEqual({ milliseconds: 0, jobs: 0, without: 3 });
  expect(count.jobs).toEqual({ warm: 2, cold: 2, notBuilt: 0, unknown: 1 });
});
