import type { BuildKey } from '../build.ts';
import { pathsIn, pathsOf } from '../carried.ts';
import type { PullContext } from './context.ts';

/** What of the store a pull request still needs: nothing once it is closed. */
export function keepOf(context: PullContext): { paths: string[]; builds: BuildKey[] } {
  if (context.pull === null || context.pull.state !== 'open') return { paths: [], builds: [] };
  const caches = [
    context.cache,
    ...context.overlays.map((overlay) => overlay.carried),
    ...context.remembered.map((memory) => memory.carried),
  ];
  const builds = context.overlays.flatMap((overlay) =>
    overlay.commit === null ? [] : [{ commit: overlay.commit, attempt: overlay.attempt }],
  );
  // Also what the branch says now, though a build that came late has left something better since (A4).
  const paths = [...caches.flatMap(pathsOf), ...pathsIn(context.tip?.entries ?? {})];
  return { paths: [...new Set(paths)].toSorted(), builds };
}
