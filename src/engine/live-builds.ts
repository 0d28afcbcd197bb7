import type { BuildKey } from '../../machines/build.ts';
import type { Snapshot } from '../../machines/fold.ts';
import { isLive } from '../../machines/pull-request/context.ts';

/** The builds of a stream that have no result yet. */
export function liveBuilds(snapshot: Snapshot): BuildKey[] {
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
