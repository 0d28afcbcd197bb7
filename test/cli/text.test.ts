import { describe, expect, it } from 'vitest';
import { age, harmless, table, widthOf } from '../../src/cli/text.ts';

describe('what a terminal is shown', () => {
  it('F5 has no control characters of other people in it', () => {
    expect(harmless('a\u0000b\u001b]0;title\u0007c\u007f\u009bd')).toBe(
      'a\\u0000b\\u001b]0;title\\u0007c\\u007f\\u009bd',
    );
    expect(harmless('one\ntwo\tthree\rfour')).toBe('one two three four');
    expect(harmless('\u202eevil\u2066\u200f')).toBe('\\u202eevil\\u2066\\u200f');
    expect(harmless('Überprüfung 検査 🦊')).toBe('Überprüfung 検査 🦊');
  });

  it('says ages as people do', () => {
    const now = Date.UTC(2025, 5, 1);
    const before = (seconds: number): string => age(now - seconds * 1000, now);
    expect([0, 12, 61, 7200, 86_400, 10 * 86_400, 100 * 86_400].map(before)).toEqual([
      'now',
      '12 s',
      '1 min',
      '2 h',
      '1 day',
      '10 days',
      '2025-02-21',
    ]);
    expect(age(now + 5000, now)).toBe('now');
  });

  it('lines up wide characters too', () => {
    expect(widthOf('検査')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
    expect(
      table([
        ['検査', 'x'],
        ['abcde', 'y'],
      ]),
    ).toBe('検査   x\nabcde  y\n');
  });
});
