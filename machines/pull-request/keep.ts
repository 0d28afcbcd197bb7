import type { BuildKey } from '../build.ts';
import { pathsOf } from '../carried.ts';
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
  return { paths: [...new Set(caches.flatMap(pathsOf))].toSorted(), builds };
}
