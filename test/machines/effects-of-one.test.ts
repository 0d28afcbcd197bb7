import { expect, test } from 'vitest';
import { bulkFold, decide, type EventData, initialSnapshot } from '../../machines/fold.ts';
import { aPolicy, aPull, aRepository } from '../doubles/ingredients.ts';

test('what an event asks for is all that it ever asks for, whatever is folded beside it', () => {
  const event: EventData = {
    type: 'pull.observed',
    repository: aRepository,
    pull: aPull({ head: 'a'.repeat(40) }),
    policy: aPolicy({}),
  };
  const { effects } = decide(initialSnapshot('pull'), event, 0);
  const asked = structuredClone(effects);
  expect(asked).not.toEqual([]);
  // A reader of the log folds it while the event is being stored.
  const fold = bulkFold('pull');
  expect(fold.apply(event, 0)).toBe('merging.fetching');
  expect(effects).toEqual(asked);
});
