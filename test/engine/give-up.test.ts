import { expect, test } from 'vitest';
import { judge } from '../../src/engine/give-up.ts';
import { PortError, type PortErrorCode } from '../../src/ports/port-error.ts';

const retry = { base: 1000, max: 60_000 };

function judged(
  code: PortErrorCode,
  attempts: number,
  more: { type?: 'head.fetch' | 'build.start'; random?: number; retryAt?: number } = {},
) {
  const error = new PortError(
    code,
    'no',
    more.retryAt === undefined ? {} : { retryAt: more.retryAt },
  );
  const effect = { type: more.type ?? 'head.fetch', attempts } as const;
  return judge(error, effect, { retry, now: 5000, random: more.random ?? 0.5 });
}

test('waits grow twofold up to the longest, and half of each is left to chance', () => {
  const waits = (random: number): number[] =>
    [1, 2, 3, 4, 9].map((attempts) => {
      const verdict = judged('unavailable', attempts, { random });
      return verdict.kind === 'retry' ? verdict.after : -1;
    });
  expect(waits(0)).toEqual([500, 1000, 2000, 4000, 30_000]);
  expect(waits(1)).toEqual([1000, 2000, 4000, 8000, 60_000]);
  expect(waits(0.5)).toEqual([750, 1500, 3000, 6000, 45_000]);
});

test('what may pass is tried a bounded number of times; what will not, once', () => {
  const tries = (code: PortErrorCode): number => {
    let attempts = 1;
    while (attempts < 100 && judged(code, attempts).kind !== 'give-up') attempts += 1;
    return attempts;
  };
  expect(tries('unavailable')).toBe(10);
  expect(tries('timeout')).toBe(10);
  expect(tries('not-found')).toBe(5);
  for (const code of ['denied', 'refused', 'invalid'] as const) expect(tries(code)).toBe(1);
});

test('a build waits for its CI as long as it takes', () => {
  expect(judged('unavailable', 1000, { type: 'build.start' }).kind).toBe('retry');
  expect(judged('invalid', 1, { type: 'build.start' }).kind).toBe('give-up');
});

test('a rate limit holds until the moment that it names, and never the past', () => {
  expect(judged('rate-limited', 99, { retryAt: 9000 })).toEqual({ kind: 'hold', until: 9000 });
  expect(judged('rate-limited', 1, { retryAt: 10 })).toEqual({ kind: 'hold', until: 5001 });
  expect(judged('rate-limited', 1).kind).toBe('retry');
});

test('what no port said is a bug of ours: tried thrice', () => {
  const verdicts = [1, 2, 3].map(
    (attempts) =>
      judge(new TypeError('x'), { type: 'head.fetch', attempts }, { retry, now: 0, random: 0 })
        .kind,
  );
  expect(verdicts).toEqual(['retry', 'retry', 'give-up']);
});
