import type { BuildKey } from '../build.ts';
import { delivered } from '../status.ts';
import type { PullContext } from './context.ts';
import type { PullEvent } from './events.ts';
import { scheduleRetry } from './merging.ts';
import { stopAll } from './observing.ts';
import { nothing, type Step } from './step.ts';

/**
 * Ends everything: builds, pending statuses, what is kept in the store, the branch. Overlays are forgotten, so that no
 * late result finds its build (B4); the cache is remembered, should the pull request be reopened (B3).
 */
export const close: Step = (context, event) => {
  const { policy } = context;
  if (policy === null) return nothing;
  const state = context.pull?.state === 'merged' ? 'merged' : 'closed';
  const stopped = stopAll(`${state} before the build was finished`)(context, event);
  return {
    context: {
      ...stopped.context,
      overlays: [],
      blocked: null,
      setbacks: event.type === 'timer.retry' ? context.setbacks : 0,
      cold: null,
      next: { kind: 'build' },
      retry: null,
      checked: null,
      uncancelled: [],
    },
    effects: [
      ...context.uncancelled.map((build) => ({ type: 'build.cancel' as const, params: build })),
      ...(stopped.effects ?? []),
      { type: 'cache.retain', params: {} },
      { type: 'jobset.delete', params: { ref: `refs/heads/${policy.cacheBranch}` } },
      { type: 'branch.delete', params: { branch: policy.cacheBranch } },
    ],
  };
};

/** What could not be ended: no permission, or a CI that was down for long. */
export const noteUnended: Step = ({ setbacks, uncancelled }, event) =>
  'code' in event
    ? {
        context: {
          blocked: { code: event.code, message: event.message },
          setbacks: setbacks + 1,
          uncancelled:
            event.type === 'build.cancel.failed' ? withBuild(uncancelled, event) : uncancelled,
        },
      }
    : nothing;

/** The build goes on, and is ended, or let go, when the pull request ends once more. */
export const noteUncancelled: Step = ({ uncancelled }, event) =>
  event.type === 'build.cancel.failed'
    ? { context: { uncancelled: withBuild(uncancelled, event) } }
    : nothing;

/** A build that could not be ended has come to its own end: what it left is not kept either. */
export const releaseLate: Step = ({ uncancelled }, event) =>
  event.type === 'build.finished'
    ? {
        context: { uncancelled: without(uncancelled, event) },
        effects: [{ type: 'cache.retain', params: {} }],
      }
    : nothing;

/** The cache that a pull request is to start from once it has a head again is kept, if it is still there (B3). */
export const keepAgain: Step = () => ({ effects: [{ type: 'cache.retain', params: {} }] });

export function isUncancelled({
  context,
  event,
}: {
  readonly context: PullContext;
  readonly event: PullEvent;
}): boolean {
  return (
    event.type === 'build.finished' && without(context.uncancelled, event) !== context.uncancelled
  );
}

export function withBuild(
  builds: readonly BuildKey[],
  { commit, attempt }: BuildKey,
): readonly BuildKey[] {
  return [...without(builds, { commit, attempt }), { commit, attempt }];
}

export function without(
  builds: readonly BuildKey[],
  { commit, attempt }: BuildKey,
): readonly BuildKey[] {
  const others = builds.filter((build) => build.commit !== commit || build.attempt !== attempt);
  return others.length === builds.length ? builds : others;
}

/**
 * It is ended when the cause is gone. Nothing else would ever look at a pull request that is closed, and its roots, its
 * jobset and its branch would stay for good (B1, G7).
 */
export const closeAgainLater: Step = (context, event) =>
  context.blocked === null ? nothing : scheduleRetry(context, event);

export const noteBranchGone: Step = (context, event) =>
  event.type === 'branch.deleted' &&
  event.outcome === 'deleted' &&
  event.branch === context.policy?.cacheBranch
    ? { context: { tip: null, branchTip: null } }
    : nothing;

export const noteDelivery: Step = (context, event) => {
  if (event.type === 'status.published')
    return { context: { statuses: delivered(context.statuses, event.status, 'published') } };
  if (event.type === 'status.publish.failed')
    return { context: { statuses: delivered(context.statuses, event.status, 'given-up') } };
  return nothing;
};
