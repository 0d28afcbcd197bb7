import type { BuildKey } from '../../machines/build.ts';
import type { Snapshot } from '../../machines/fold.ts';
import { isLive } from '../../machines/pull-request/context.ts';
import type { BuildName } from '../ports/ci.ts';
import { projectOf, type Place } from './place.ts';

/** The builds of a stream that have no result yet, by the names that its CI knows them by. */
export function liveBuilds(stream: string, snapshot: Snapshot, place: Place): BuildName[] {
  const ref = `refs/heads/${snapshot.context.policy?.cacheBranch ?? ''}`;
  return keysOf(snapshot).map((key) => ({ ...key, stream, project: projectOf(place), ref }));
}

function keysOf(snapshot: Snapshot): BuildKey[] {
  if (snapshot.kind === 'pull')
    return snapshot.context.overlays.flatMap((overlay) =>
      overlay.commit !== null && isLive(overlay)
        ? [{ commit: overlay.commit, attempt: overlay.attempt }]
        : [],
    );
  const { build } = snapshot.context;
  return build === null || build.phase === 'finished'
    ? []
    : [{ commit: build.commit, attempt: build.attempt }];
}
