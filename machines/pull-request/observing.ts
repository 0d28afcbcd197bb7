import { shortSha } from '../describe.ts';
import { ask } from '../status.ts';
import { report } from './building.ts';
import { isCheck } from './check.ts';
import { current, isLive, type Overlay, type PullContext } from './context.ts';
import type { PullEffect } from './effects.ts';
import type { PullEvent } from './events.ts';
import { inTurn, nothing, type Outcome, type Step } from './step.ts';

/** Takes in what the forge says. A cache branch that is to have another name starts anew under it. */
export const observe: Step = (context, event) => {
  if (event.type !== 'pull.observed') return nothing;
  const seen = {
    repository: event.repository,
    pull: event.pull,
    policy: event.policy,
    head: event.pull.head ?? context.head,
    headAt:
      event.pull.head === null || event.pull.head === context.head
        ? context.headAt
        : (event.pull.changedAt ?? event.at),
  };
  const was = context.policy?.cacheBranch;
  if (was === undefined || was === event.policy.cacheBranch) return { context: seen };
  return {
    context: { ...seen, tip: null, branchTip: null },
    effects: [
      { type: 'jobset.delete', params: { ref: `refs/heads/${was}` } },
      { type: 'branch.delete', params: { branch: was } },
    ],
  };
};

export const noteApproval: Step = (_, event) =>
  event.type === 'pull.approved' ? { context: { approved: event.head } } : nothing;

/** Ends what is under way for good: every status is settled, every build cancelled. */
export function stopAll(text: string): Step {
  return (context, event) => {
    const settled = settle(text)(context, event);
    return cancel({ ...context, ...settled.context }, settled, () => true);
  };
}

/** Cancels the live builds that are `unwanted`, before what is asked for besides. */
function cancel(
  context: PullContext,
  besides: Outcome,
  unwanted: (overlay: Overlay) => boolean,
): Outcome {
  const ended = context.overlays.filter((overlay) => isLive(overlay) && unwanted(overlay));
  return {
    context: {
      ...besides.context,
      overlays: context.overlays.map((overlay) =>
        ended.includes(overlay) ? { ...overlay, phase: 'cancelled' as const } : overlay,
      ),
    },
    effects: [
      ...ended.flatMap(({ commit, attempt }) =>
        commit === null ? [] : [{ type: 'build.cancel' as const, params: { commit, attempt } }],
      ),
      ...(besides.effects ?? []),
    ],
  };
}

/**
 * Settles what was said of a head: a build that has ended has its verdict, though its cache was still being recorded
 * (A5, B4); of one that has not, the pending statuses are closed with `text`.
 */
function settle(text: string): Step {
  return inTurn(reportIfTold, (context, event) => {
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
      effects: [
        ...fresh.map((status) => ({ type: 'status.publish' as const, params: status })),
        ...(leaves(context, event) ? release(context, event) : []),
      ],
    };
  });
}

/** The verdict of an earlier head, or of one of which nothing is remembered, was said, and is history. */
const reportIfTold: Step = (context, event) => {
  const isOfHead = current(context)?.head === context.head;
  return isOfHead && context.statuses.some(({ commit }) => commit === context.head)
    ? report(context, event)
    : nothing;
};

/** Whether the pull request is about to have another head than the one it knows, or none. */
function leaves({ head }: PullContext, event: PullEvent): boolean {
  return (
    event.type === 'pull.observed' &&
    (event.pull.state !== 'open' || (event.pull.head !== null && event.pull.head !== head))
  );
}

/**
 * What was said of the head and is bad, or is being said: whoever says it may have looked who else has that head before
 * it was left. With the news that it is closed may come another head than the one it was said of.
 */
function release({ head, statuses }: PullContext, event: PullEvent): PullEffect[] {
  const isEnd = event.type === 'pull.observed' && event.pull.state !== 'open';
  return statuses.flatMap(({ commit, context, state, delivery }) =>
    (isEnd || commit === head) &&
    delivery !== 'given-up' &&
    (state === 'failure' || state === 'error')
      ? [{ type: 'status.release' as const, params: { commit, context } }]
      : [],
  );
}

/**
 * Whether a build may yet leave a cache where there was none: it starts from nothing, though not to check what is there,
 * and its deadline has not passed.
 */
function isPromising(overlay: Overlay, context: PullContext, at: number): boolean {
  const { phase, startedAt, carried } = overlay;
  const patience = context.policy?.deadlines.finish ?? 0;
  return (
    (phase === 'asked' || phase === 'building') &&
    Object.keys(carried).length === 0 &&
    !isCheck(overlay) &&
    (startedAt === null || at - startedAt < patience)
  );
}

/**
 * Makes way for another head, or another attempt at the same one (A4). A build that starts from a cache is cancelled.
 * Of those that start from none, the oldest is left to finish when a push comes, because the cache it will leave is
 * better than none, and comes soonest.
 */
export const supersede: Step = (context, event) => {
  const newest = current(context);
  const isPush = event.type === 'pull.observed';
  const next = isPush ? event.pull.head : null;
  const settled =
    next !== null && next !== context.head
      ? settle(`superseded by ${shortSha(next)}`)(context, event)
      : nothing;
  const live = context.overlays.filter(isLive);
  const left =
    isPush && context.policy?.onPush === 'cancel'
      ? undefined
      : live.find(
          (overlay) => (isPush || overlay !== newest) && isPromising(overlay, context, event.at),
        );
  return cancel({ ...context, ...settled.context }, settled, (overlay) => overlay !== left);
};

/** Tells the head's author what it waits for (F1). */
export const tellToWait: Step = (context) => {
  const { policy, head } = context;
  if (policy === null || head === null) return nothing;
  const { statuses, fresh } = ask(
    context.statuses,
    [
      {
        commit: head,
        context: policy.context,
        state: 'pending',
        description: 'waits for the approval of somebody who may write to the repository',
      },
    ],
    head,
  );
  return {
    context: { statuses },
    effects: fresh.map((status) => ({ type: 'status.publish', params: status })),
  };
};

/**
 * Has a command looked into. An approval is for one head: the one that is named, or the newest, if that was there to be
 * seen when the comment was made (F1).
 */
export const noteCommand: Step = (context, event) => {
  if (event.type !== 'command.given' || context.pull === null) return nothing;
  const { command, by, comment } = event;
  const isUnnamed = command === 'approve' && event.head === null;
  return {
    effects: [
      {
        type: 'command.answer',
        params: {
          number: context.pull.number,
          command,
          head: meantHead(context, event),
          by,
          comment,
          since: isUnnamed ? context.headAt : null,
        },
      },
    ],
  };
};

function meantHead(
  { head, headAt }: PullContext,
  said: { readonly head: string | null; readonly commentedAt: number },
): string | null {
  if (head === null) return null;
  if (said.head !== null) return head.startsWith(said.head) ? head : null;
  return headAt !== null && said.commentedAt > headAt ? head : null;
}

/** Becomes a draft, or a head that waits for approval: nothing of it is built. */
export const standDown: Step = (context, event) =>
  event.type === 'pull.observed' ? stopAll('not built: waiting')(context, event) : nothing;

/**
 * What was asked for while the stream was held was never carried out, and what was under way then is dropped (G4): the
 * statuses that nobody has published are asked for again.
 */
export const publishAgain: Step = (context) => ({
  effects: context.statuses
    .filter((status) => status.delivery === 'asked')
    .map(({ delivery: _, ...status }) => ({ type: 'status.publish', params: status })),
});

export const noteTip: Step = (_, event) =>
  event.type === 'tip.observed' ? { context: { branchTip: event.tip } } : nothing;
