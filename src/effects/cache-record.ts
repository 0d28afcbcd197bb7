import { renderCacheFile } from './cache-file.ts';
import { rejection } from './overlay-push.ts';
import type { CarryOut } from './scene.ts';
import { commitMessage } from './trailers.ts';

/** Records what a build left: the tip's tree with another cache file, on top of the tip. */
export const cacheRecord: CarryOut<'cache.record'> = async (params, scene) => {
  const { attempt, overlay, entries } = params;
  const commit = await scene.mirror.compose({
    head: params.head,
    parents: [params.tip],
    files: [
      { path: params.cacheFile, content: renderCacheFile(entries) },
      { path: params.commitFile, content: `${params.head}\n` },
    ],
    message: commitMessage({
      what: 'cache',
      stream: scene.stream,
      seesPushes: scene.ci.seesPushes,
      ...params,
    }),
    date: scene.askedAt,
  });
  const pushed = await scene.mirror.push(params.branch, commit, params.tip);
  if (pushed.outcome === 'pushed')
    return { type: 'cache.recorded', attempt, overlay, commit, entries };
  return { type: 'cache.rejected', attempt, ...rejection(pushed) };
};
