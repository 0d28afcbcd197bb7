import type { Effect } from '../../machines/effect.ts';
import { parseStreamName } from '../../machines/stream.ts';
import type { Place } from './place.ts';

/** Whatever knows the configured repositories by their forge's ids. */
export interface KnowsPlaces {
  byId(forge: string, id: string): Pick<Place, 'config' | 'repository'> | null;
}

/**
 * What must not be done twice at once: git work on one stream, calls of one CI's project, calls with one forge's
 * token. A cancel never waits behind a push, and a rate limit holds up one token and nothing else.
 */
export function laneOf(places: KnowsPlaces, stream: string, effect: Effect): string {
  const name = parseStreamName(stream);
  const place = name === null ? null : places.byId(name.forge, name.repositoryId);
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
      const ci = place?.config.ci ?? 'unknown';
      return `ci:${ci}/${place?.config.project ?? place?.repository.name ?? ''}`;
    }
    case 'command.answer':
    case 'status.publish':
    case 'status.release':
      return `forge:${name?.forge ?? ''}`;
    case 'timer.set':
    case 'timer.drop':
      return 'timer';
  }
}
