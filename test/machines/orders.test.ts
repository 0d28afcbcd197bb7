import { expect, test } from 'vitest';
import { type EventData, stateText } from '../../machines/fold.ts';
import type { PullState } from '../../machines/pull-request/events.ts';
import { built, failed } from '../doubles/scripted-ci.ts';
import {
  BrokenPromise,
  contextOf,
  ownSteps,
  record,
  type SmallBuild,
  type SmallWorld,
  smallWorld,
} from './small-world.ts';
import { policy } from './worlds.ts';

/** Something that happens outside, at any moment at which it can. @returns null when it cannot happen now */
type Happening = (world: SmallWorld) => SmallWorld | null;

const seen = (of: Pick<PullState, 'state' | 'head'>): EventData => ({
  type: 'pull.observed',
  repository: { id: 'r1', name: 'o/r' },
  policy,
  pull: {
    number: 1,
    title: 'a change',
    headRef: 'refs/pull/1/head',
    base: 'main',
    draft: false,
    author: 'ada',
    trusted: true,
    ...of,
  },
});

const push =
  (head: string): Happening =>
  (world) =>
    contextOf(world).pull?.state === 'open' ? record(world, seen({ state: 'open', head })) : null;
const close: Happening = (world) =>
  record(world, seen({ state: 'closed', head: contextOf(world).head }));
const reopen: Happening = (world) =>
  contextOf(world).pull?.state === 'closed'
    ? record(world, seen({ state: 'open', head: contextOf(world).head }))
    : null;

/** The CI ends the first, second … build that it was asked for; one that it was told to cancel, all the same. */
const end =
  (nth: number, state: 'success' | 'failure'): Happening =>
  (world) => {
    const attempt = Object.keys(world.builds).map(Number)[nth];
    const build: SmallBuild | undefined = attempt === undefined ? undefined : world.builds[attempt];
    if (attempt === undefined || build === undefined) return null;
    const { commit } = build;
    const job = state === 'success' ? built('hello', commit) : failed('hello');
    const builds = { ...world.builds, [attempt]: { ...build, state } };
    return record(
      { ...world, builds },
      { type: 'build.finished', commit, attempt, jobs: [job], error: null },
    );
  };

/**
 * Tries every order of the happenings (each once) and of the service's own steps between them.
 * @returns how many orders there are, and every world that they end in
 */
function everyOrder(happenings: readonly Happening[]): { orders: number; ends: SmallWorld[] } {
  const known = new Map<string, number>();
  const ends: SmallWorld[] = [];
  const follow = (world: SmallWorld, left: readonly Happening[]): number => {
    const key = JSON.stringify([world, left.map((happening) => happenings.indexOf(happening))]);
    const counted = known.get(key);
    if (counted !== undefined) return counted;
    let orders = 0;
    for (const next of ownSteps(world)) orders += follow(next, left);
    for (const happening of left) {
      const next = happening(world);
      if (next === null) continue;
      orders += follow(
        next,
        left.filter((other) => other !== happening),
      );
    }
    if (orders === 0) {
      ends.push(world);
      orders = 1;
    }
    known.set(key, orders);
    return orders;
  };
  const opened = record(smallWorld(), seen({ state: 'open', head: 'one' }));
  return { orders: follow(opened, happenings), ends };
}

/** What must be so when all is done. */
function checkEnd(world: SmallWorld, happenings: readonly Happening[]): void {
  const { tip, snapshot, statuses, builds } = world;
  const { head, pull, cache } = contextOf(world);
  const pending = Object.keys(statuses).filter((commit) => statuses[commit] === 'pending');
  const running = Object.values(builds).filter((build) => build.state === 'running');
  const state = stateText(snapshot.value);
  if (pull?.state !== 'open') {
    expect([state, tip, pending, running]).toEqual(['closed', null, [], []]);
    return;
  }
  const isBuilt = running.every((build) => build.head !== head);
  expect([state, pending]).toEqual(isBuilt ? ['idle', []] : ['building', [head]]);
  if (isBuilt) expect(['success', 'failure', 'error']).toContain(statuses[head ?? '']);
  // What ends after a close is forgotten, also if the pull request is opened again.
  const isEarned = Object.values(builds).some((build) => build.state === 'success');
  if (isEarned && !happenings.includes(close)) expect(Object.keys(cache)).toEqual(['hello']);
}

const stories: Record<string, readonly Happening[]> = {
  'A4 a push, the old build ends well, the new one badly': [
    push('two'),
    end(0, 'success'),
    end(1, 'failure'),
  ],
  'A4 a push, the old build ends badly, the new one well': [
    push('two'),
    end(0, 'failure'),
    end(1, 'success'),
  ],
  'A4 two pushes, two late results': [
    push('two'),
    push('other'),
    end(0, 'success'),
    end(1, 'success'),
  ],
  'A2 a force-push and a push, while builds end': [
    push('other'),
    push('two'),
    end(0, 'success'),
    end(1, 'success'),
  ],
  'B4 a push and a close, while builds end': [
    push('two'),
    end(0, 'success'),
    end(1, 'success'),
    close,
  ],
  'B4 a force-push and a close, while builds end': [
    push('other'),
    end(0, 'success'),
    end(1, 'failure'),
    close,
  ],
  'B3 closed and opened again, while a build ends': [close, reopen, end(0, 'success')],
};

test.each(Object.entries(stories))('%s: every order keeps every promise', (_, happenings) => {
  const { orders, ends } = everyOrder(happenings);
  expect(orders).toBeGreaterThan(100);
  for (const world of ends) checkEnd(world, happenings);
});

test('A2 a world in which a push is unheard of does break a promise', () => {
  const world = record(smallWorld(), seen({ state: 'open', head: 'one' }));
  expect(() => record({ ...world, tip: 'elsewhere' }, { type: 'tip.observed', tip: null })).toThrow(
    BrokenPromise,
  );
});
