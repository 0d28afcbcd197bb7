import { expect, test } from 'vitest';
import { evaluationFailure } from '../../../src/ci/store/evaluation-error.ts';

const gone = '/nix/store/11111111111111111111111111111111-x';

test('the message of Nix 2.20 and later stands behind its trace', () => {
  const log = `warning: something
error:
       … while evaluating the attribute 'typhonJobs'
         at /nix/store/x-source/flake.nix:2:3:
            1| {
       … while calling the 'throw' builtin

       error: the message
       of two lines
`;
  expect(evaluationFailure(log, 1)).toEqual({
    kind: 'evaluation',
    message: 'the message\nof two lines',
    named: [],
  });
});

test('C6 the paths that Nix says are not there', () => {
  for (const text of [
    `error: path '${gone}' does not exist and cannot be created`,
    `error: path '${gone}' is not valid`,
    `error:\n       … while calling\n       error: path '${gone}/sub' is not in the Nix store`,
  ]) {
    expect(evaluationFailure(text, 1).named).toEqual([gone]);
  }
  expect(evaluationFailure(`error: something about '${gone}'`, 1).named).toEqual([]);
});

test("what is Nix's own trouble says nothing about the code", () => {
  for (const [log, code] of [
    ['error: writing to file: No space left on device', 1],
    ['error: interrupted by the user', 1],
    ["error: cannot connect to daemon at '/nix/var/nix/daemon-socket/socket': refused", 1],
    ["fatal: no\nerror: program 'git' failed with exit code 128", 1],
    ['', 1],
    ['', 137],
    ['orthrus-build: 9: nix-instantiate: not found', 127],
  ] as const) {
    const failure = evaluationFailure(log, code);
    expect(failure.kind).toBe('infrastructure');
    expect(failure.message).not.toBe('');
  }
});

test('Nix crashes on an endless recursion: that is the code', () => {
  expect(evaluationFailure('', 139)).toMatchObject({ kind: 'evaluation' });
});
