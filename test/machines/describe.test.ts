import { expect, test } from 'vitest';
import { clip, duration, errorLine, verdictOf, withNotes } from '../../machines/describe.ts';
import { built, failed } from '../doubles/scripted-ci.ts';

const cold = { used: {}, milliseconds: 41_000 };

test.each([
  [840, '840 ms'],
  [41_000, '41 s'],
  [60_000, '1 min'],
  [372_000, '6 min 12 s'],
  [7_500_000, '2 h 5 min'],
])('%i milliseconds are %s', (milliseconds, said) => expect(duration(milliseconds)).toBe(said));

test('a verdict says what a person wants to know', () => {
  const { used } = {
    used: {
      hello: {
        entry: { drv: null, from: null, path: built('hello', 'one').outputs['out'] ?? '' },
        origin: { kind: 'pull' as const, number: 1, commit: 'head' },
        attempt: 1,
        coldMilliseconds: 372_000,
      },
    },
  };
  const unbuilt = built('world', 'one', { built: false });
  const say = (...args: Parameters<typeof verdictOf>): string => verdictOf(...args).description;
  expect(say([built('hello', 'two'), unbuilt], null, { ...cold, used })).toBe(
    '41 s, warm (cold took 6 min 12 s); 1 of 2 jobs built',
  );
  expect(say([built('hello', 'two')], null, cold)).toBe('41 s, cold; 1 of 1 jobs built');
  expect(say([failed('hello')], null, { ...cold, used })).toBe('hello failed; its cache is kept');
  expect(say([], { kind: 'evaluation', message: 'syntax error', paths: [] }, cold)).toBe(
    'evaluation failed: syntax error',
  );
});

test('a description is one line of at most 140 characters, and never half a character', () => {
  const long = '🐕'.repeat(200);
  expect([...clip(long)]).toHaveLength(140);
  expect(clip(`a\nb\t c`)).toBe('a b c');
  const noted = withNotes('x'.repeat(200), ['its own cache.nix is overridden']);
  expect([...noted]).toHaveLength(140);
  expect(noted).toMatch(/…; its own cache\.nix is overridden$/);
});

test('of a log, the line that speaks of an error; else the last', () => {
  expect(errorLine('compiling\na.c:1: error: no such thing\nmake: stopped')).toBe(
    'a.c:1: error: no such thing',
  );
  expect(errorLine('compiling\nKilled\n')).toBe('Killed');
});
