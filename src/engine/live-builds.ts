import type { BuildKey } from '../../machines/build.ts';
import type { Snapshot } from '../../machines/fold.ts';
import { current, isLive } from '../../machines/pull-request/context.ts';
import type { BuildName } from '../ports/ci.ts';
import { projectOf, type Place } from './place.ts';

/** The builds of a stream that have no result yet, by the names that its CI knows them by. */
export function liveBuilds(stream: string, snapshot: Snapshot, place: Place): BuildName[] {
  const ref = `refs/heads/${snapshot.context.policy?.cacheBranch ?? ''}`;
  return keysOf(snapshot).map((key) => ({ ...key, stream, project: projectOf(place), ref }));
}

/** The build that the stream's next verdict is about. */
export function newestBuild(snapshot: Snapshot): BuildKey | null {
  const newest = snapshot.kind === 'pull' ? current(snapshot.context) : snapshot.context.build;
  if (newest === null || newest.commit === null) return null;
  return { commit: newest.commit, attempt: newest.attempt };
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
