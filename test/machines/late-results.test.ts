import { expect, test } from 'vitest';
import {
  decide,
  type EventData,
  initialSnapshot,
  type Snapshot,
  stateText,
} from '../../machines/fold.ts';
import { aFetch, aPolicy, aPull } from '../doubles/ingredients.ts';
import { built } from '../doubles/scripted-ci.ts';

const repository = { id: 'r1', name: 'owner/repo' };
const policy = aPolicy({ drafts: 'skip' });
const head = 'a'.repeat(40);
const build = { commit: 'b'.repeat(40), attempt: 1 };

function observed(change: Partial<ReturnType<typeof aPull>>): EventData {
  return { type: 'pull.observed', repository, pull: { ...aPull({ head }), ...change }, policy };
}

/** Its build goes on. */
const building: readonly EventData[] = [
  observed({}),
  aFetch({ head, attempt: 1 }),
  { type: 'overlay.pushed', head, ...build },
  { type: 'build.accepted', ...build },
  { type: 'build.started', ...build },
];

const notCancelled: EventData = {
  type: 'build.cancel.failed',
  ...build,
  code: 'unavailable',
  message: 'it is down',
};

function after(events: readonly EventData[]): Snapshot & { readonly kind: 'pull' } {
  let snapshot: Snapshot = initialSnapshot('pull');
  for (const [at, event] of events.entries()) ({ snapshot } = decide(snapshot, event, at));
  if (snapshot.kind !== 'pull') throw new Error('no pull request');
  return snapshot;
}

test.each([
  ['B6', 'a draft', observed({ draft: true }), 'draft'],
  ['F1', 'a head that waits for approval', observed({ trusted: false }), 'awaitingApproval'],
] satisfies [string, string, EventData, string][])(
  '%s what the build of %s, that could not be cancelled, comes to is taken in',
  (_, __, change, state) => {
    const jobs = [built('app', 'one')];
    const finished: EventData = { type: 'build.finished', ...build, jobs, error: null };
    const before = [...building, change, notCancelled];
    expect(after(before).value).toBe(state);
    expect(after(before).context.overlays.at(-1)?.phase).toBe('building');
    const { value, context } = after([...before, finished]);
    expect(value).toBe(state);
    expect(context.overlays.at(-1)?.phase).toBe('finished');
    expect(Object.keys(context.cache)).toEqual(['app']);
    const lost = after([...before, { type: 'build.lost', ...build }]);
    expect(lost.context.overlays.at(-1)?.phase).toBe('cancelled');
  },
);

test('B3 B7 open again without a head, it is at rest like any that is open, and ends like one', () => {
  const ended: EventData[] = [
    ...building,
    observed({ state: 'closed' }),
    { type: 'branch.deleted', branch: policy.cacheBranch, outcome: 'deleted' },
  ];
  expect(after(ended).value).toBe('closed');
  const open = [...ended, observed({ head: null })];
  expect(after(open).value).toBe('idle');
  expect(after([...ended.slice(0, -1), observed({ head: null })]).value).toBe('idle');
  expect(after([...open, observed({ head: null, state: 'closed' })]).value).toBe('closing');
  expect(stateText(after([...open, observed({})]).value)).toBe('merging.fetching');
});
