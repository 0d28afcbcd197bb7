import { expect, test } from 'vitest';
import { parseDerivation } from '../../../src/ci/store/derivation-file.ts';

test('C11 outputs by name, and an environment with everything escaped', () => {
  const { outputs, env } = parseDerivation(
    String.raw`Derive([("intermediates","/nix/store/a-x-intermediates","",""),("out","/nix/store/b-x","","")],[("/nix/store/c.drv",["out"])],[],"none","sh",["-c","x"],[("empty",""),("text","a\"b\\n\n\t${'${'}x]")])`,
  );
  expect(outputs).toEqual({
    intermediates: '/nix/store/a-x-intermediates',
    out: '/nix/store/b-x',
  });
  expect([...env]).toEqual([
    ['empty', ''],
    ['text', 'a"b\\n\n\t${x]'],
  ]);
});

test('C11 an output whose path nobody knows yet is none', () => {
  const floating = 'Derive([("out","","r:sha256","")],[],[],"s","b",[],[])';
  expect(parseDerivation(floating).outputs).toEqual({});
});

test('what is no derivation is refused', () => {
  for (const text of [
    '',
    'Derive',
    'Derive(',
    'Derive([("out',
    'Derive([("out")],[],[],"","",[],[])',
    '{}',
  ]) {
    expect(() => parseDerivation(text)).toThrow(/^not a derivation/);
  }
});
