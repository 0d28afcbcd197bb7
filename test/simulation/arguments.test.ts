import { expect, test } from 'vitest';
import { readArguments } from './arguments.ts';

const read = (line: string) => readArguments(line.split(' ').filter((word) => word !== ''));

test('how many seeds are run follows from what is named', () => {
  expect(read('')).toMatchObject({ first: 1, count: 1000 });
  expect(read('--seeds 20')).toMatchObject({ first: 1, count: 20 });
  expect(read('--seed 17')).toMatchObject({ first: 17, count: 1 });
  expect(read('--seed 0 --seeds 3')).toMatchObject({ first: 0, count: 3 });
  expect(read('--minutes 0.5 --seed 17')).toEqual({ first: 17, count: 2 ** 31, minutes: 0.5 });
  expect(read('--minutes 1 --seeds 9')).toMatchObject({ count: 9, minutes: 1 });
});

test.each([
  ['--seeds abc', '--seeds is a whole number, at least 1, not abc'],
  ['--seeds 0', '--seeds is a whole number, at least 1, not 0'],
  ['--seeds 1.5', '--seeds is a whole number, at least 1, not 1.5'],
  ['--seed x', '--seed is a whole number, at least 0, not x'],
  ['--minutes x', '--minutes is a number above 0, not x'],
  ['--minutes 0', '--minutes is a number above 0, not 0'],
  ['--sed 5', "Unknown option '--sed'"],
  ['17', "Unexpected argument '17'"],
  ['--minutes', "Option '--minutes <value>' argument missing"],
])('%s is refused in words', (line, problem) => {
  expect(() => read(line)).toThrow(problem);
});
