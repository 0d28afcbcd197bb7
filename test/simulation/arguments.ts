import { parseArgs } from 'node:util';

/** What `npm run simulate` is to do: `count` seeds from `first` on, for at most so many minutes. */
export interface Arguments {
  readonly first: number;
  readonly count: number;
  readonly minutes: number;
}

/** One seed alone, if only that is named; as many as there is time for, if that is. @throws what is wrong, in words */
export function readArguments(given: readonly string[]): Arguments {
  const option = { type: 'string' } as const;
  const { seeds, seed, minutes } = parseArgs({
    args: [...given],
    options: { seeds: option, seed: option, minutes: option },
  }).values;
  const all = minutes !== undefined ? 2 ** 31 : seed === undefined ? 1000 : 1;
  return {
    first: wholeNumber('--seed', seed ?? '1', 0),
    count: wholeNumber('--seeds', seeds ?? String(all), 1),
    minutes: minutesOf(minutes),
  };
}

/** @throws what is wrong, in words */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`${option} is a whole number, at least ${least}, not ${text}`);
}

/** Without any, a run ends with its seeds. */
function minutesOf(text: string | undefined): number {
  if (text === undefined) return 1e9;
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--minutes is a number above 0, not ${text}`);
}

/** What `read` reads; a program that is asked for what makes no sense says so, and how it is asked. */
export function orRefuse<Result>(usage: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(`usage: ${usage}`);
    process.exit(2);
  }
}
