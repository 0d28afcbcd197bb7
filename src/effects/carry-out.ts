import type { Effect } from '../../machines/effect.ts';
import type { EventData } from '../../machines/fold.ts';
import { branchDelete } from './branch-delete.ts';
import { buildCancel, buildStart, jobsetDelete } from './build.ts';
import { cacheRecord } from './cache-record.ts';
import { cacheRetain } from './cache-retain.ts';
import { commandAnswer } from './command-answer.ts';
import { headFetch } from './head-fetch.ts';
import { overlayPush } from './overlay-push.ts';
import type { Scene } from './scene.ts';
import { statusPublish } from './status-publish.ts';
import { statusRelease } from './status-release.ts';

/** Carries out any effect. Timers never come here: the log itself keeps them. */
export async function carryOut(effect: Effect, scene: Scene): Promise<EventData | null> {
  switch (effect.type) {
    case 'head.fetch':
      return headFetch(effect.params, scene);
    case 'overlay.push':
      return overlayPush(effect.params, scene);
    case 'cache.record':
      return cacheRecord(effect.params, scene);
    case 'branch.delete':
      return branchDelete(effect.params, scene);
    case 'build.start':
      return buildStart(effect.params, scene);
    case 'build.cancel':
      return buildCancel(effect.params, scene);
    case 'jobset.delete':
      return jobsetDelete(effect.params, scene);
    case 'command.answer':
      return commandAnswer(effect.params, scene);
    case 'cache.retain':
      return cacheRetain(effect.params, scene);
    case 'status.publish':
      return statusPublish(effect.params, scene);
    case 'status.release':
      return statusRelease(effect.params, scene);
    case 'timer.set':
    case 'timer.drop':
      return null;
  }
}
