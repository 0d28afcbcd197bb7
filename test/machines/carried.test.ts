import { describe, expect, test } from 'vitest';
import { afterBuild, type Carried, mergeByAttempt, withoutPaths } from '../../machines/carried.ts';
import { built, failed, storePathOf } from '../doubles/scripted-ci.ts';

const made = {
  output: 'intermediates',
  origin: { kind: 'pull', number: 12, commit: 'head2' },
  attempt: 2,
} as const;

function held(name: string, as: string, attempt = 1): Carried {
  const job = built(name, as);
  return {
    [name]: {
      entry: { drv: job.drv, from: null, path: job.outputs['intermediates'] ?? '' },
      origin: { kind: 'pull', number: 12, commit: 'head1' },
      attempt,
      coldMilliseconds: 5000,
    },
  };
}

describe('after a build', () => {
  test('a job whose derivation is the entry’s keeps its entry, confirmed by this attempt', () => {
    const used = held('hello', 'one');
    expect(afterBuild(used, [built('hello', 'one', { built: false })], made)['hello']).toEqual({
      ...used['hello'],
      attempt: 2,
    });
  });

  test('a job that succeeded with another one begins where the old entry ended', () => {
    const used = held('hello', 'one');
    const after = afterBuild(used, [built('hello', 'two')], made)['hello'];
    expect(after?.entry).toEqual({
      drv: built('hello', 'two').drv,
      from: used['hello']?.entry.path,
      path: storePathOf('two', 'hello', 'cache'),
    });
    expect(after?.coldMilliseconds).toBe(5000);
  });

  test('a job that failed keeps its entry, one that is gone loses it, a new one starts cold', () => {
    const used = { ...held('hello', 'one'), ...held('gone', 'one') };
    const after = afterBuild(used, [failed('hello'), built('fresh', 'one')], made);
    expect(Object.keys(after)).toEqual(['hello', 'fresh']);
    expect(after['hello']).toEqual(used['hello']);
    expect(after['fresh']).toMatchObject({ entry: { from: null }, coldMilliseconds: 1000 });
  });

  test.each(['/etc/passwd', '/nix/store/x";}', '', `${storePathOf('a')}/../b`])(
    'C12 an output that is no store path is not recorded: %s',
    (path) => {
      const job = built('hello', 'two', { outputs: { intermediates: path } });
      expect(afterBuild({}, [job], made)).toEqual({});
    },
  );

  test('F5 job names that mean something to JavaScript are names like any other', () => {
    const after = afterBuild({}, [built('constructor', 'a'), built('__proto__', 'b')], made);
    expect(Object.keys(after)).toEqual(['constructor', '__proto__']);
    expect(Object.keys(afterBuild(after, [failed('toString')], made))).toEqual([]);
  });
});

test('of two caches the entry of the newer attempt counts', () => {
  const old = held('hello', 'one', 1);
  const young = held('hello', 'two', 3);
  expect(mergeByAttempt(old, young)).toEqual(young);
  expect(mergeByAttempt(young, old)).toEqual(young);
});

test('C6 what is gone: a path drops its entry, a `from` alone only the comparison', () => {
  const job = held('hello', 'two')['hello'];
  if (job === undefined) throw new Error('no entry');
  const from = storePathOf('older');
  const cache = { hello: { ...job, entry: { ...job.entry, from } } };
  expect(withoutPaths(cache, [job.entry.path])).toEqual({ kept: {}, dropped: ['hello'] });
  expect(withoutPaths(cache, [from]).kept['hello']?.entry).toEqual({
    drv: null,
    from: null,
    path: job.entry.path,
  });
});
