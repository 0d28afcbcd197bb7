import { delivered } from '../status.ts';
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
      setbacks: 0,
      cold: null,
      next: { kind: 'build' },
      retry: null,
      checked: null,
    },
    effects: [
      ...(stopped.effects ?? []),
      { type: 'cache.retain', params: {} },
      { type: 'jobset.delete', params: { ref: `refs/heads/${policy.cacheBranch}` } },
      { type: 'branch.delete', params: { branch: policy.cacheBranch } },
    ],
  };
};

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
