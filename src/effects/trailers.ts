import { shortSha } from '../../machines/describe.ts';

/** The trailer that says whose a cache branch is: the stream's name. */
export const pullTrailer = 'Orthrus-Pull';

/** The message of a commit on a cache branch. `[skip ci]` has forge-side workflows leave the branch alone. */
export function commitMessage(of: {
  readonly what: 'overlay' | 'cache';
  readonly stream: string;
  readonly number: number;
  readonly attempt: number;
  readonly head: string;
}): string {
  const subject =
    of.what === 'overlay'
      ? `Overlay of ${shortSha(of.head)} for #${of.number} [skip ci]`
      : `Record the cache that ${shortSha(of.head)} left for #${of.number} [skip ci]`;
  return `${subject}\n\n${pullTrailer}: ${of.stream}\nOrthrus-Attempt: ${of.attempt}\n`;
}
