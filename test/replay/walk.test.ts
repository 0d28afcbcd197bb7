import { expect, test } from 'vitest';
import { cut, widthOf } from '../../src/cli/text.ts';
import { press, type Walk, walkStart } from '../../src/cli/replay-walk.ts';

const types = ['pull.observed', 'head.fetched', 'build.started', 'build.finished', 'tip.observed'];

/** Keys by their names; of those without a name, as they are typed. */
function walked(keys: readonly string[], from: Walk = walkStart): Walk | null {
  return keys.reduce<Walk | null>(
    (walk, key) =>
      walk && press(walk, key.length > 1 ? { name: key } : { name: key, sequence: key }, types),
    from,
  );
}
const at = (...keys: string[]): number | undefined => walked(keys)?.at;

test('letters, arrows and paging lead forward and back, and not beyond the ends', () => {
  expect(at('n', 'right', 'down')).toBe(3);
  expect(at('n', 'j', 'p', 'left', 'up')).toBe(0);
  expect(at('G')).toBe(4);
  expect(at('G', 'n')).toBe(4);
  expect(at('G', 'g')).toBe(0);
  expect(at('end', 'home')).toBe(0);
  expect(at('x', 'tab')).toBe(0);
});

test('/ seeks the next event of a type, from where one is and around the end', () => {
  const seek = ['/', ...'observed', 'return'];
  expect(at(...seek)).toBe(4);
  expect(at(...seek, '/', 'return')).toBe(0);
  expect(walked(['/', 'b', 'u'])).toMatchObject({ at: 0, typing: 'bu' });
  // Where one types, q is a letter.
  expect(walked(['/', 'q', 'backspace', 'backspace'])).toEqual(walkStart);
  expect(at('/', 'b', 'escape', 'n')).toBe(1);
  expect(walked(['n', '/', ...'nix', 'return'])).toMatchObject({
    at: 1,
    said: 'no event\'s type has "nix" in it',
  });
  expect(walked(['n', '/', ...'nix', 'return', 'n'])).toMatchObject({ at: 2, said: null });
});

test('q, Escape, Ctrl-C and Ctrl-D lead out', () => {
  expect(walked(['q'])).toBeNull();
  expect(walked(['escape'])).toBeNull();
  expect(press(walkStart, { name: 'c', ctrl: true, sequence: '\u0003' }, types)).toBeNull();
  expect(press({ ...walkStart, typing: 'x' }, { name: 'd', ctrl: true }, types)).toBeNull();
});

test('a line is cut to what the terminal is wide, and its colour ends with it', () => {
  expect(cut('short', 5)).toBe('short');
  expect(cut('longer', 5)).toBe('long…');
  expect(cut('\u001b[1mlonger\u001b[22m', 5)).toBe('\u001b[1mlong…\u001b[0m');
  expect(widthOf(cut('重いブランチ', 6))).toBeLessThanOrEqual(6);
});
