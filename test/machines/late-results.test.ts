import { expect, test } from 'vitest';
import {
  decide,
  type Decision,
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
  const { snapshot } = lastOf(events);
  if (snapshot.kind !== 'pull') throw new Error('no pull request');
  return snapshot;
}

/** The effects of the last event. */
function asked(events: readonly EventData[]): string[] {
  return lastOf(events).effects.map(({ type }) => type);
}

function lastOf(events: readonly EventData[]): Decision {
  let last: Decision = { snapshot: initialSnapshot('pull'), handled: true, effects: [] };
  for (const [at, event] of events.entries()) last = decide(last.snapshot, event, at);
  return last;
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
  expect(asked(open)).toContain('cache.retain');
  expect(after([...ended.slice(0, -1), observed({ head: null })]).value).toBe('idle');
  expect(after([...open, observed({ head: null, state: 'closed' })]).value).toBe('closing');
  expect(stateText(after([...open, observed({})]).value)).toBe('merging.fetching');
});

test('B10 F1 a draft that gets another head takes back what it said of the last', () => {
  const draft = [...building, observed({ draft: true })];
  const status = { commit: head, context: 'orthrus', state: 'error' } as const;
  const said: EventData = {
    type: 'status.published',
    status: { ...status, description: 'not built: waiting' },
  };
  const pushed = { head: 'c'.repeat(40) };
  for (const next of [{ ...pushed, draft: true }, { ...pushed, trusted: false }, pushed])
    expect(asked([...draft, said, observed(next)])).toContain('status.release');
  expect(asked([...draft, said, observed({ draft: true, title: 'other' })])).toEqual([]);
});

test('B10 closed with another head than the one it was known to have, it takes back what it said of that', () => {
  const status = { commit: head, context: 'orthrus', state: 'error' } as const;
  const said: EventData[] = [
    ...building,
    {
      type: 'build.finished',
      ...build,
      jobs: [],
      error: { kind: 'evaluation', message: 'no', paths: [] },
    },
  ];
  const published = lastOf(said).effects.find(({ type }) => type === 'status.publish');
  if (published?.type !== 'status.publish') throw new Error('nothing is said');
  expect(published.params).toMatchObject(status);
  const ended = lastOf([
    ...said,
    { type: 'status.published', status: published.params },
    observed({ head: 'c'.repeat(40), state: 'merged' }),
  ]);
  expect(ended.effects).toContainEqual({
    type: 'status.release',
    params: { commit: head, context: 'orthrus' },
  });
});

test('B10 what is bad is let go of when its head is left, also if it is only being said', () => {
  const blocked: EventData[] = [
    observed({}),
    { type: 'head.fetch.failed', attempt: 1, code: 'denied', message: 'bad credentials' },
  ];
  const publish = lastOf(blocked).effects.find(({ type }) => type === 'status.publish');
  if (publish?.type !== 'status.publish') throw new Error('nothing is said');
  const said: EventData = { type: 'status.published', status: publish.params };
  for (const before of [blocked, [...blocked, said]])
    for (const left of [observed({ head: 'c'.repeat(40) }), observed({ state: 'closed' })])
      expect(asked([...before, left])).toContain('status.release');
});
