import { expect, test } from 'vitest';
import type { JobResult } from '../../machines/build.ts';
import type { Carried } from '../../machines/carried.ts';
import {
  afterTiming,
  coldSpell,
  coldSpells,
  slowLimit,
  type Slowness,
} from '../../machines/pull-request/slowness.ts';
import { built, storePathOf } from '../doubles/scripted-ci.ts';

const held = (job: string): Carried =>
  Object.fromEntries([
    [
      job,
      {
        entry: { drv: null, from: null, path: storePathOf(job, 'cache') },
        origin: { kind: 'pull' as const, number: 1, commit: 'a'.repeat(40) },
        attempt: 1,
        coldMilliseconds: 1000,
      },
    ],
  ]);

/** Folds builds of one job, each `warm` or `cold`, and how long it took. */
function fold(
  builds: readonly (readonly ['warm' | 'cold', number | null, Partial<JobResult>?])[],
  job = 'app',
): Slowness {
  return builds.reduce<Slowness>(
    (slow, [how, milliseconds, more]) =>
      afterTiming(slow, how === 'warm' ? held(job) : {}, [
        built(job, 'x', { milliseconds, ...more }),
      ]),
    {},
  );
}

const slow = ['warm', 2000] as const;
const spell = Array.from({ length: coldSpell }, () => ['cold', 1000] as const);
const limit = Array.from({ length: slowLimit }, () => slow);

test('C19 a job goes cold for its spell after so many slow builds in a row, and no sooner', () => {
  expect(coldSpells(fold(limit.slice(1)))).toEqual([]);
  expect(coldSpells(fold(limit))).toEqual(['app']);
  expect(coldSpells(fold([...limit.slice(1), ['warm', 900], ...limit.slice(1)]))).toEqual([]);
});

test('C19 after its spell it is tried once: slow, and it goes back; quick, and all is forgotten', () => {
  expect(coldSpells(fold([...limit, ...spell.slice(1)]))).toEqual(['app']);
  const tried = [...limit, ...spell];
  expect(coldSpells(fold(tried))).toEqual([]);
  expect(coldSpells(fold([...tried, slow]))).toEqual(['app']);
  expect(fold([...tried, ['warm', 900]])).toEqual({});
});

test('C19 what was not built, not timed, or failed says nothing of the cache', () => {
  const said = [
    ['warm', 2000, { built: false }],
    ['warm', null],
    ['warm', 2000, { state: 'failure' }],
  ] as const;
  for (const nothing of said) expect(fold([nothing, nothing, nothing])).toEqual({});
  expect(
    coldSpells(fold([...limit, ...spell.map(() => ['cold', 1, { built: false }] as const)])),
  ).toEqual(['app']);
});

test('C19 F5 nothing is remembered of a job that is gone, and a job may have any name', () => {
  expect(afterTiming(fold(limit), {}, [built('lib', 'x')])).toEqual({});
  expect(coldSpells(fold(limit, '__proto__'))).toEqual(['__proto__']);
});
