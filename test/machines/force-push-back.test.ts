import { expect, test } from 'vitest';
import type { Carried } from '../../machines/carried.ts';
import { decide, type EventData, initialSnapshot, type Snapshot } from '../../machines/fold.ts';
import type { JobResult } from '../../machines/build.ts';
import { aFetch, aPolicy, aPull, aRepository } from '../doubles/ingredients.ts';
import { built, failed } from '../doubles/scripted-ci.ts';

const [first, second] = ['a'.repeat(40), 'b'.repeat(40)];
const policy = aPolicy({ coldRetry: false });

function observed(head: string): EventData {
  return { type: 'pull.observed', repository: aRepository, pull: aPull({ head }), policy };
}

/** One head's whole way; `jobs` null: its build goes on. */
function way(head: string, attempt: number, jobs: readonly JobResult[] | null): EventData[] {
  const commit = String(attempt).repeat(40);
  const begun: EventData[] = [
    observed(head),
    aFetch({ head, attempt, fastForward: attempt === 1 ? null : head === second }),
    { type: 'overlay.pushed', head, attempt, commit },
    { type: 'build.accepted', attempt, commit },
    { type: 'build.started', attempt, commit },
  ];
  return jobs === null
    ? begun
    : [...begun, { type: 'build.finished', attempt, commit, jobs: [...jobs], error: null }];
}

/** What the overlay of the newest attempt carries. */
function carried(events: readonly EventData[]): Carried {
  let snapshot: Snapshot = initialSnapshot('pull');
  for (const [at, event] of events.entries()) ({ snapshot } = decide(snapshot, event, at));
  return (snapshot.kind === 'pull' ? snapshot.context.overlays.at(-1)?.carried : null) ?? {};
}

test.each([
  ['failed', [built('lib', 'one'), failed('app')]],
  ['was cancelled', [built('lib', 'one'), { ...failed('app'), state: 'cancelled' }]],
] satisfies [string, JobResult[]][])(
  'A7 back at a head where a job %s, it starts from the last good build, and the others from their own',
  (_, jobs) => {
    const before = [built('lib', 'zero'), built('app', 'zero')];
    const cache = carried([
      ...way('0'.repeat(40), 1, before),
      ...way(second, 2, jobs),
      ...way(first, 3, [built('lib', 'two'), built('app', 'two')]),
      ...way(second, 4, null),
    ]);
    expect(cache['lib']?.entry.path).toBe(built('lib', 'one').outputs['intermediates']);
    expect(cache['app']?.entry.path).toBe(built('app', 'two').outputs['intermediates']);
  },
);

test('A7 a second build of a head that comes to less takes nothing from what the first left', () => {
  const cache = carried([
    ...way(first, 1, [built('lib', 'one'), built('app', 'one')]),
    ...way(second, 2, [built('lib', 'two'), built('app', 'two')]),
    ...way(first, 3, [built('lib', 'three'), failed('app')]),
    ...way(second, 4, [built('lib', 'four'), built('app', 'four')]),
    ...way(first, 5, null),
  ]);
  expect(cache['lib']?.entry.path).toBe(built('lib', 'three').outputs['intermediates']);
  expect(cache['app']?.entry.path).toBe(built('app', 'one').outputs['intermediates']);
});
