import { expect, test } from 'vitest';
import { nixSaid } from '../../../src/ci/typhon/nix-said.ts';
import { nixError } from '../../doubles/typhon/rust-debug.ts';

test.each([
  'error: it ends with a backslash \\',
  'error: "quoted" \\"twice\\"',
  'error: über\ttabs\n       and lines',
  '',
])('what Nix said comes back as it was: %j', (text) => {
  expect(nixSaid(nixError(['eval', '--json'], text))).toBe(text.trim());
});

test('colours go, and what looks different is taken as it is', () => {
  expect(nixSaid(nixError([], '\u001B[31;1merror:\u001B[0m no'))).toBe('error: no');
  expect(nixSaid('error: plain')).toBe('error: plain');
  expect(nixSaid('stderr: "cut off\\nin the mid')).toBe('cut off\nin the mid');
});
