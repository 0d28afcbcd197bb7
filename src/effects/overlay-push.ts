import type { EventData } from '../../machines/fold.ts';
import type { PushResult } from '../ports/mirror.ts';
import { renderCacheFile } from './cache-file.ts';
import type { CarryOut } from './scene.ts';
import { commitMessage } from './trailers.ts';

/** Composes an overlay and pushes it. The commit is determined by the effect, so a second try finds the first's. */
export const overlayPush: CarryOut<'overlay.push'> = async (params, scene) => {
  const { attempt, head } = params;
  const commit = await scene.mirror.compose({
    head,
    parents: params.parents,
    files: [
      { path: params.cacheFile, content: renderCacheFile(params.entries) },
      { path: params.commitFile, content: `${head}\n` },
    ],
    message: commitMessage({
      what: 'overlay',
      stream: scene.stream,
      seesPushes: scene.ci.seesPushes,
      ...params,
    }),
    date: scene.askedAt,
  });
  const pushed = await scene.mirror.push(params.branch, commit, params.expected);
  if (pushed.outcome === 'pushed') return { type: 'overlay.pushed', attempt, head, commit };
  return { type: 'overlay.rejected', attempt, ...rejection(pushed) };
};

type Rejected = Extract<EventData, { type: 'overlay.rejected' }>;

/** A push that was not done, in the terms of the log. */
export function rejection(
  result: Exclude<PushResult, { outcome: 'pushed' }>,
): Pick<Rejected, 'outcome' | 'detail'> {
  switch (result.outcome) {
    case 'moved':
      return { outcome: 'moved', detail: result.tip ?? 'the branch is gone' };
    case 'in-the-way':
      return { outcome: 'in-the-way', detail: result.ref };
    case 'refused':
      return { outcome: 'refused', detail: result.message };
  }
}
