import { expect, test } from 'vitest';
import { decide, type EventData, initialSnapshot, type Snapshot } from '../../machines/fold.ts';
import { accepts } from '../../src/engine/accepts.ts';
import { type Waiting, waitsFor } from '../../src/engine/waits-for.ts';
import type { EffectRow } from '../../src/log/schema.ts';
import { aFetch, aPolicy, aPull, aRepository } from '../doubles/ingredients.ts';
import { built, failed } from '../doubles/scripted-ci.ts';

const head = '1a2b3c4'.padEnd(40, '0');
const commit = 'f'.repeat(40);
const build = { attempt: 1, commit };
const minute = 60_000;

/** A pull request after what happened to it, an event a second. */
function after(...events: EventData[]): Snapshot {
  return events.reduce(
    (snapshot, event, index) => decide(snapshot, event, index * 1000).snapshot,
    initialSnapshot('pull'),
  );
}

const opened: EventData = {
  type: 'pull.observed',
  repository: aRepository,
  pull: aPull({ head }),
  policy: aPolicy({ coldRetry: true }),
};
const fetched: EventData = aFetch({ attempt: 1, head });
const pushed: EventData = { type: 'overlay.pushed', ...build, head };
const started: EventData = { type: 'build.started', ...build };

/** Something that is to be done, asked for at 0. */
function effect(of: Partial<EffectRow> & Pick<EffectRow, 'type'>): EffectRow {
  return {
    id: 's/1.0',
    stream: 's',
    version: 1,
    index: 0,
    kind: 'effect',
    params: '{}',
    lane: 'forge:here',
    asked_at: 0,
    run_at: 0,
    lease_until: null,
    attempts: 0,
    last_error: null,
    done_at: null,
    outcome: null,
    ...of,
  };
}

function said(snapshot: Snapshot, now: number, of: Partial<Waiting> = {}): string | null {
  return waitsFor({ snapshot, held: null, pending: [], ...of }, now);
}

test('a build: how far it is, since when, how long the last took, and what is next', () => {
  const building = after(opened, fetched, pushed, started, {
    type: 'build.progressed',
    ...build,
    jobs: [built('hello', 'a'), built('lib', 'a'), failed('docs', { state: 'pending' })],
  });
  expect(said(building, 4 * minute + 3000, { lastTook: 6 * minute })).toBe(
    'building 1a2b3c4, 2 of 3 jobs done, since 4 min (the last took 6 min); next: record the cache',
  );
  const { snapshot } = decide(
    building,
    { type: 'build.progressed', ...build, jobs: [failed('docs')] },
    5000,
  );
  expect(said(snapshot, 9000)).toBe(
    'building 1a2b3c4, 3 of 3 jobs done, docs failed, since 6 s; next: record the cache',
  );
});

test('every step before a build', () => {
  expect(said(initialSnapshot('pull'), 0)).toBe(null);
  expect(said(after(opened), 5000, { pending: [effect({ type: 'head.fetch' })] })).toBe(
    'fetching 1a2b3c4, since 5 s; next: make its overlay',
  );
  expect(said(after(opened, fetched), 0)).toBe('pushing the overlay of 1a2b3c4; next: build it');
  const asked = after(opened, fetched, pushed);
  expect(said(asked, 90_000, { pending: [effect({ type: 'build.start' })] })).toBe(
    'asking the CI to build 1a2b3c4, since 2 min; next: record the cache',
  );
  const deadline = effect({ kind: 'timer', type: 'timer.start', run_at: 15 * minute });
  expect(said(asked, 4 * minute, { pending: [deadline] })).toBe(
    'waiting for the CI to start the build of 1a2b3c4, since 4 min (given up in 11 min); next: record the cache',
  );
});

test('what goes wrong on the way, and when it is tried again', () => {
  const reporting = after(opened, fetched, pushed, started, {
    type: 'build.finished',
    ...build,
    jobs: [failed('hello')],
    error: null,
  });
  const status = effect({
    type: 'status.publish',
    attempts: 2,
    run_at: 3 * minute,
    last_error: 'the forge answered 502',
  });
  expect(said(reporting, 0, { pending: [status] })).toMatch(
    /^reporting failure on 1a2b3c4, \d statuses left; status\.publish failed twice and is tried again in 3 min: the forge answered 502$/,
  );
  const resting = new Map([['forge:here', 30 * minute]]);
  expect(said(reporting, 0, { pending: [status], resting })).toContain(
    'status.publish rests until a rate limit ends, in 30 min',
  );
});

test('whom or what a pull request waits for that is not being built', () => {
  const about = (of: Parameters<typeof aPull>[0], policy = aPolicy()): Snapshot =>
    after({ ...opened, policy, pull: aPull({ head, ...of }) });
  expect(said(about({ trusted: false }), 0)).toBe(
    'waiting for somebody who may write to approve 1a2b3c4; next: build it',
  );
  expect(said(about({ draft: true }, aPolicy({ drafts: 'skip' })), 0)).toBe(
    'waiting for its author to mark it ready for review; next: build it',
  );
  const refused: EventData = {
    type: 'overlay.push.failed',
    attempt: 1,
    code: 'forbidden',
    message: 'the token may not push',
  };
  const retry = effect({ kind: 'timer', type: 'timer.retry', run_at: 5 * minute });
  expect(said(after(opened, fetched, refused), 0, { pending: [retry] })).toBe(
    'blocked: the token may not push; next: tried again in 5 min',
  );
  expect(said(about({}), 0, { held: 'version 2 differs' })).toBe(
    'held until somebody accepts what this version makes of its log (version 2 differs)',
  );
});

test('what would be taken next', () => {
  const taken = (snapshot: Snapshot): string[] => accepts({ snapshot, held: null });
  expect(taken(after(opened))).toContain('head.fetched');
  const asked = taken(after(opened, fetched, pushed));
  expect(asked.slice(0, 4)).toEqual([
    'build.accepted',
    'build.started',
    'build.progressed',
    'build.finished',
  ]);
  expect(asked).not.toContain('head.fetched');
  const begun = taken(after(opened, fetched, pushed, started));
  expect(begun).toContain('build.finished');
  expect(begun).not.toContain('build.started');
  expect(accepts({ snapshot: after(opened), held: 'it differs' })).toEqual(['machine.accepted']);
  expect(taken(initialSnapshot('branch'))).toContain('branch.observed');
});
