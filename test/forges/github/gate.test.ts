import { expect, it } from 'vitest';
import { rateLimitedUntil, refusalError } from '../../../src/forges/github/failure.ts';
import { Gate } from '../../../src/forges/github/gate.ts';
import { TestWorld } from '../../doubles/test-world.ts';

function retryAt(work: () => void): number | null {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { retryAt: number }).retryAt;
  }
}

it('E2 a gate is shared by all that use the token, and only the latest deadline counts', () => {
  const world = new TestWorld();
  const [one, same, other] = ['a', 'a', 'b'].map((token) => new Gate(world, 'url', 'token', token));
  const until = world.now() + 60_000;
  one?.close(until);
  same?.close(until - 30_000);
  expect(retryAt(() => same?.check())).toBe(until);
  expect(retryAt(() => other?.check())).toBeNull();
  world.advance(60_000);
  expect(retryAt(() => one?.check())).toBeNull();
});

it('G6 a clock that is put back makes no wait longer than it was', () => {
  const world = new TestWorld();
  const gate = new Gate(world, 'url', 'token', 'a');
  gate.close(world.now() + 60_000);
  world.advance(-365 * 86_400_000);
  const again = retryAt(() => gate.check()) ?? 0;
  expect(again - world.now()).toBeLessThanOrEqual(60_000);
  world.advance(60_000);
  expect(retryAt(() => gate.check())).toBeNull();
});

it("E2 a deadline is by GitHub's clock, whatever ours says", () => {
  const now = 5_000_000;
  const at = Date.parse('2031-01-01T00:00:00Z');
  const refusal = (headers: Record<string, string>, message = '', status = 403) =>
    rateLimitedUntil({ status, headers, message }, now);
  const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(at / 1000 + 90) };
  expect(refusal({ ...spent, date: 'Wed, 01 Jan 2031 00:00:00 GMT' })).toBe(now + 91_000);
  expect(refusal({ 'retry-after': '7' })).toBe(now + 7000);
  expect(refusal({ 'retry-after': '7', ...spent })).toBe(now + 7000);
  expect(refusal({ ...spent, 'x-ratelimit-remaining': '12' })).toBeNull();
  expect(refusal({}, 'You have triggered an abuse detection mechanism.')).toBe(now + 60_000);
  expect(refusal({}, 'Too many', 429)).toBe(now + 60_000);
  expect(refusal({}, 'Resource not accessible by integration')).toBeNull();
  expect(refusal({ 'retry-after': '7' }, '', 503)).toBeNull();
});

it('E1, E3, E4 what an answer means', () => {
  const codes = Object.fromEntries(
    [400, 401, 403, 404, 405, 408, 409, 410, 415, 422, 423, 451, 500, 502, 504].map((status) => [
      status,
      refusalError({ status, headers: {}, message: '' }, 'GET /x', null).code,
    ]),
  );
  expect(codes).toEqual({
    400: 'invalid',
    401: 'denied',
    403: 'denied',
    404: 'not-found',
    405: 'invalid',
    408: 'timeout',
    409: 'refused',
    410: 'not-found',
    415: 'invalid',
    422: 'invalid',
    423: 'refused',
    451: 'denied',
    500: 'unavailable',
    502: 'unavailable',
    504: 'unavailable',
  });
});
