import { shortSha } from '../describe.ts';
import { ask } from '../status.ts';
import { current, isLive, type PullContext, withOverlay } from './context.ts';
import { nothing, type Outcome, type Step } from './step.ts';

/** Takes in what the forge says. A cache branch that is to have another name starts anew under it. */
export const observe: Step = (context, event) => {
  if (event.type !== 'pull.observed') return nothing;
  const seen = {
    repository: event.repository,
    pull: event.pull,
    policy: event.policy,
    head: event.pull.head ?? context.head,
  };
  const was = context.policy?.cacheBranch;
  if (was === undefined || was === event.policy.cacheBranch) return { context: seen };
  return {
    context: { ...seen, tip: null, branchTip: null },
    effects: [{ type: 'branch.delete', params: { branch: was } }],
  };
};

export const noteApproval: Step = (_, event) =>
  event.type === 'pull.approved' ? { context: { approved: event.head } } : nothing;

/** Ends what is under way for good: every pending status is closed with `text`, every build cancelled. */
export function stopAll(context: PullContext, text: string): Outcome {
  const live = context.overlays.filter(isLive);
  return {
    context: {
      overlays: context.overlays.map((overlay) =>
        isLive(overlay) ? { ...overlay, phase: 'cancelled' as const } : overlay,
      ),
      ...closePending(context, text).context,
    },
    effects: [
      ...live.flatMap((overlay) =>
        overlay.commit === null
          ? []
          : [
              {
                type: 'build.cancel' as const,
                params: { commit: overlay.commit, attempt: overlay.attempt },
              },
            ],
      ),
      ...(closePending(context, text).effects ?? []),
    ],
  };
}

function closePending(context: PullContext, text: string): Outcome {
  const wanted = context.statuses
    .filter((status) => status.state === 'pending')
    .map(({ commit, context: name }) => ({
      commit,
      context: name,
      state: 'error' as const,
      description: text,
    }));
  const { statuses, fresh } = ask(context.statuses, wanted, context.head);
  return {
    context: { statuses },
    effects: fresh.map((status) => ({ type: 'status.publish', params: status })),
  };
}

/**
 * Makes way for another head, or another attempt at the same one (A4). A build that starts from a cache is cancelled;
 * a cold one is left to finish, because the cache it will leave is better than none, unless an older cold one of this
 * pull request already runs, whose cache comes sooner.
 */
export const supersede: Step = (context, event) => {
  const overlay = current(context);
  const next = event.type === 'pull.observed' ? event.pull.head : null;
  const closed =
    next !== null && next !== context.head
      ? closePending(context, `superseded by ${shortSha(next)}`)
      : nothing;
  if (overlay === null || overlay.commit === null || !isLive(overlay)) return closed;
  const isWarm = Object.keys(overlay.carried).length > 0;
  const another = context.overlays.some((other) => other !== overlay && isLive(other));
  const isLeft =
    event.type === 'pull.observed' &&
    context.policy?.onPush === 'finish-cold' &&
    !isWarm &&
    !another;
  if (isLeft) return closed;
  return {
    context: {
      ...closed.context,
      overlays: withOverlay(context, { ...overlay, phase: 'cancelled' }),
    },
    effects: [
      { type: 'build.cancel', params: { commit: overlay.commit, attempt: overlay.attempt } },
      ...(closed.effects ?? []),
    ],
  };
};

/** Becomes a draft, or a head that waits for approval: nothing of it is built. */
export const standDown: Step = (context, event) =>
  event.type === 'pull.observed' ? stopAll(context, 'not built: waiting') : nothing;

export const noteTip: Step = (_, event) =>
  event.type === 'tip.observed' ? { context: { branchTip: event.tip } } : nothing;
