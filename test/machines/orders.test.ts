import { expect, test } from 'vitest';
import { type EventData, stateText } from '../../machines/fold.ts';
import type { Policy } from '../../machines/policy.ts';
import type { PullState } from '../../machines/pull-request/events.ts';
import { aPull, aRepository } from '../doubles/ingredients.ts';
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

/** As in 0.1.0, but where a story is about trying once more (C17). */
const once = { ...policy, coldRetry: false };

const seen = (of: Pick<PullState, 'state' | 'head'>, by: Policy = once): EventData => ({
  type: 'pull.observed',
  repository: aRepository,
  policy: by,
  pull: aPull(of),
});

const push =
  (head: string, by: Policy = once): Happening =>
  (world) =>
    contextOf(world).pull?.state === 'open'
      ? record(world, seen({ state: 'open', head }, by))
      : null;
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

/** What is not as it must be when all is done. */
function complaints(world: SmallWorld, happenings: readonly Happening[]): string[] {
  const { tip, snapshot, statuses } = world;
  const { head, pull, cache } = contextOf(world);
  const state = stateText(snapshot.value);
  const builds = Object.values(world.builds);
  const running = builds.filter((build) => build.state === 'running').map((build) => build.head);
  const pending = Object.keys(statuses).filter((commit) => statuses[commit] === 'pending');
  const isClosed = pull?.state !== 'open';
  const isBuilt = !running.includes(head ?? '');
  // What ends after a close is forgotten, also if the pull request is opened again.
  const isEarned = builds.some((build) => build.state === 'success') && !happenings.includes(close);
  const wanted = isClosed ? 'closed' : isBuilt ? 'idle' : 'building';
  const isToldRight = isClosed || isBuilt ? pending.length === 0 : pending.join() === head;
  return [
    ...(state === wanted ? [] : [`it is ${state}, not ${wanted}`]),
    ...(isToldRight ? [] : [`pending: ${pending.join()}`]),
    ...(isClosed && tip !== null ? ['the branch is there'] : []),
    ...(isClosed && running.length > 0 ? ['a build goes on'] : []),
    ...(!isClosed && isBuilt && statuses[head ?? ''] === undefined ? ['there is no verdict'] : []),
    ...(isEarned && cache['hello'] === undefined ? ['the cache was lost'] : []),
  ];
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
  'C17 an incremental build fails, and is tried once more, while the next push comes': [
    push('two', policy),
    end(0, 'success'),
    end(1, 'failure'),
    end(2, 'success'),
  ],
  'A4 two pushes, a late result': [push('two'), push('other'), end(0, 'success')],
  'A2 a force-push and a push, while a build ends': [push('other'), push('two'), end(1, 'success')],
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
  expect(ends.flatMap((world) => complaints(world, happenings))).toEqual([]);
});

test('A2 a world in which a push is unheard of does break a promise', () => {
  const world = record(smallWorld(), seen({ state: 'open', head: 'one' }));
  expect(() => record({ ...world, tip: 'elsewhere' }, { type: 'tip.observed', tip: null })).toThrow(
    BrokenPromise,
  );
});
