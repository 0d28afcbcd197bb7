import { shortSha } from '../../machines/describe.ts';

/** The trailer that says whose a cache branch is: the stream's name. */
export const pullTrailer = 'Orthrus-Pull';

/**
 * The message of a commit on a cache branch. `[skip ci]` has forge-side workflows leave the branch alone; a CI that builds
 * what is pushed (`seesPushes`) would leave it alone too.
 */
export function commitMessage(of: {
  readonly what: 'overlay' | 'cache';
  readonly stream: string;
  readonly number: number;
  readonly attempt: number;
  readonly head: string;
  readonly seesPushes: boolean;
}): string {
  const said =
    of.what === 'overlay'
      ? `Overlay of ${shortSha(of.head)} for #${of.number}`
      : `Record the cache that ${shortSha(of.head)} left for #${of.number}`;
  const subject = of.seesPushes ? said : `${said} [skip ci]`;
  return `${subject}\n\n${pullTrailer}: ${of.stream}\nOrthrus-Attempt: ${of.attempt}\n`;
}
