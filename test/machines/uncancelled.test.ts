import { expect, test } from 'vitest';
import { decide, type EventData, initialSnapshot, type Snapshot } from '../../machines/fold.ts';
import type { StreamKind } from '../../machines/stream.ts';
import { aFetch, aPolicy, aPull } from '../doubles/ingredients.ts';

const repository = { id: 'r1', name: 'owner/repo' };
const policy = aPolicy({});
const head = 'a'.repeat(40);
const overlay = 'b'.repeat(40);

/** The effects of each event, in one line each. */
function lived(kind: StreamKind, events: readonly EventData[]): string[][] {
  let snapshot: Snapshot = initialSnapshot(kind);
  return events.map((event, index) => {
    const decision = decide(snapshot, event, index);
    ({ snapshot } = decision);
    return decision.effects.map(({ type, params }) =>
      type === 'build.cancel' ? `${type} ${params.attempt}` : type,
    );
  });
}

test('B1 a build of a branch that is gone, and that could not be cancelled, leaves nothing that is kept', () => {
  const observed = { type: 'branch.observed', repository, name: 'queue', policy } as const;
  const build = { commit: head, attempt: 1 };
  const lives = lived('branch', [
    { ...observed, head },
    { type: 'build.accepted', ...build },
    { type: 'build.started', ...build },
    { ...observed, head: null },
    { type: 'build.cancel.failed', ...build, code: 'unavailable', message: 'it is down' },
    { type: 'build.finished', ...build, jobs: [], error: null },
  ]);
  expect(lives[3]).toContain('build.cancel 1');
  expect(lives.at(-1)).toEqual(['cache.retain']);
});

test('B3 a build of before the reopening that could not be cancelled is known until it ends, and ended with the pull request', () => {
  const pull = aPull({ head });
  const observed = (state: 'open' | 'closed'): EventData => ({
    type: 'pull.observed',
    repository,
    pull: { ...pull, state },
    policy,
  });
  const build = { commit: overlay, attempt: 1 };
  const before: EventData[] = [
    observed('open'),
    aFetch({ head, attempt: 1 }),
    { type: 'overlay.pushed', head, ...build },
    { type: 'build.accepted', ...build },
    { type: 'build.started', ...build },
    observed('closed'),
    { type: 'branch.deleted', branch: policy.cacheBranch, outcome: 'deleted' },
    observed('open'),
    { type: 'build.cancel.failed', ...build, code: 'unavailable', message: 'it is down' },
  ];
  const finished: EventData = { type: 'build.finished', ...build, jobs: [], error: null };
  expect(lived('pull', [...before, observed('closed')]).at(-1)).toContain('build.cancel 1');
  const ended = lived('pull', [...before, finished, observed('closed')]);
  expect(ended.at(-2)).toEqual(['cache.retain']);
  expect(ended.at(-1)).not.toContain('build.cancel 1');
});

test('B1 A4 a build that the CI had lost, and that goes on, is ended with the pull request', () => {
  const pull = aPull({ head });
  const observed = (change: Partial<typeof pull>): EventData => ({
    type: 'pull.observed',
    repository,
    pull: { ...pull, ...change },
    policy,
  });
  const build = { commit: overlay, attempt: 1 };
  const lost: EventData[] = [
    observed({}),
    aFetch({ head, attempt: 1 }),
    { type: 'overlay.pushed', head, ...build },
    { type: 'build.accepted', ...build },
    observed({ head: 'c'.repeat(40) }),
    { type: 'build.lost', ...build },
  ];
  const lives = lived('pull', [...lost, observed({ state: 'closed' })]);
  expect(lives.at(4)).not.toContain('build.cancel 1');
  expect(lives.at(-1)).toContain('build.cancel 1');
  const finished: EventData = { type: 'build.finished', ...build, jobs: [], error: null };
  const ended = lived('pull', [...lost, finished, observed({ state: 'closed' })]);
  expect(ended.at(-1)).not.toContain('build.cancel 1');
});
