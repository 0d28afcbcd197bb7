import type { Effect } from '../../machines/effect.ts';
import { parseStreamName } from '../../machines/stream.ts';

/**
 * What must not be done twice at once: git work on one stream, calls of a CI for one repository (its project there), calls
 * with one forge's token. A cancel never waits behind a push, and a rate limit holds up one token and nothing else.
 *
 * It follows from the stream's name alone: a repository whose forge is out of reach when the service starts is not known
 * by any other, and what is recorded of it meanwhile must not overtake what was asked for before.
 */
export function laneOf(stream: string, effect: Effect): string {
  switch (effect.type) {
    case 'head.fetch':
    case 'overlay.push':
    case 'cache.record':
    case 'branch.delete':
      return `git:${stream}`;
    case 'build.start':
    case 'build.cancel':
    case 'jobset.delete':
    case 'cache.retain': {
      const name = parseStreamName(stream);
      return `ci:${name?.forge ?? ''}:${name?.repositoryId ?? ''}`;
    }
    case 'command.answer':
    case 'status.publish':
    case 'status.release':
      return `forge:${parseStreamName(stream)?.forge ?? ''}`;
    case 'timer.set':
    case 'timer.drop':
      return 'timer';
  }
}
