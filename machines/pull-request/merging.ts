import { clip, shortSha } from '../describe.ts';
import { entriesOf, pathsOf } from '../carried.ts';
import { isCheck } from './check.ts';
import {
  current,
  type Overlay,
  overlayOf,
  type PullContext,
  type Purpose,
  withOverlay,
} from './context.ts';
import { cacheFor, chosen, recover } from './start-from.ts';
import { nothing, type Step } from './step.ts';

/** Begins an attempt of its own at the newest head, and asks for all that must be known to make its overlay. */
export const beginAttempt: Step = (context) => {
  const { policy, pull, head } = context;
  if (policy === null || pull === null || head === null) return nothing;
  const attempt = context.attempt + 1;
  const overlay: Overlay = {
    attempt,
    head,
    commit: null,
    carried: {},
    cold: { jobs: {}, others: 'nothing-built-before' },
    phase: 'planned',
    startedAt: null,
    purpose: purposeOf(context),
  };
  const memory = context.remembered.find((build) => build.head === head);
  return {
    context: {
      attempt,
      next: { kind: 'build' },
      retry: null,
      overlays: withOverlay(context, overlay),
      jobs: [],
      blocked: null,
      // What is being checked is what stands meanwhile (C15).
      ...(isCheck(overlay)
        ? { checked: context.checked ?? context.jobs }
        : { checked: null, verdict: null, notes: [] }),
    },
    effects: [
      {
        type: 'head.fetch',
        params: {
          attempt,
          head,
          headRef: pull.headRef,
          previous: context.tip?.head ?? null,
          branch: policy.cacheBranch,
          tip: context.tip?.commit ?? null,
          files: [policy.cacheFile, policy.commitFile],
          paths: [
            ...new Set([...pathsOf(context.cache), ...pathsOf(memory?.carried ?? {})]),
          ].toSorted(),
          guardedBase: pull.trusted ? null : pull.base,
        },
      },
    ],
  };
};

/** What the next attempt is for: the same once more, if its push has to be done again. */
function purposeOf(context: PullContext): Purpose {
  if (context.cold !== null) return { kind: 'build' };
  if (context.next.kind !== 'build') return context.next;
  const last = current(context);
  return last?.phase === 'planned' && last.head === context.head ? last.purpose : context.next;
}

/** Jobs whose incremental build failed are tried once more without their cache (C17). */
export const beginRetry: Step = ({ retry }) =>
  retry === null ? nothing : { context: { next: { kind: 'retry', jobs: retry } } };

/** The incremental builds are checked by a clean one (C15). */
export const beginCheck: Step = () => ({ context: { next: { kind: 'check' } } });

/** A rebuild drops the cache if it was asked to. */
export const noteRebuild: Step = (context, event) =>
  event.type === 'rebuild.requested' && event.cold && context.cold === null
    ? { context: { cold: 'asked-for' } }
    : nothing;

/** Decides what the overlay is, and has it made. */
export const planOverlay: Step = (context, event) => {
  const overlay = current(context);
  const { policy, pull } = context;
  if (event.type !== 'head.fetched' || overlay === null || policy === null || pull === null)
    return nothing;
  const known = recover(context, event);
  const best = cacheFor(known, event);
  const { carried, cold } = chosen(context, overlay, best);
  const tip = event.recovered?.commit ?? context.tip?.commit;
  const isContinued = event.fastForward === true && event.tip === tip;
  return {
    context: {
      cache: best.carried,
      branchTip: event.tip,
      ...(isCheck(overlay)
        ? {}
        : { notes: event.edited.map((file) => `its own ${file} is overridden`) }),
      overlays: withOverlay(context, { ...overlay, carried, cold }),
    },
    effects: [
      { type: 'cache.retain', params: {} },
      {
        type: 'overlay.push',
        params: {
          attempt: overlay.attempt,
          number: pull.number,
          head: overlay.head,
          branch: policy.cacheBranch,
          cacheFile: policy.cacheFile,
          commitFile: policy.commitFile,
          entries: entriesOf(carried),
          parents: isContinued && event.tip !== null ? [event.tip, overlay.head] : [overlay.head],
          expected: event.tip,
        },
      },
    ],
  };
};

/** Our own push always updates what we know of the branch (rule 4), also when it is no longer what we want. */
export const noteOwnPush: Step = (context, event) => {
  if (event.type !== 'overlay.pushed') return nothing;
  const overlay = context.overlays.find((made) => made.attempt === event.attempt);
  if (context.tip !== null && context.tip.attempt > event.attempt) return nothing;
  return {
    context: {
      branchTip: event.commit,
      tip: {
        commit: event.commit,
        head: event.head,
        attempt: event.attempt,
        entries: entriesOf(overlay?.carried ?? {}),
      },
      overlays:
        overlay === undefined
          ? context.overlays
          : withOverlay(context, { ...overlay, commit: event.commit }),
      ...(event.attempt === context.attempt ? { setbacks: 0, cold: null } : {}),
    },
  };
};

export const countSetback: Step = (context) => ({ context: { setbacks: context.setbacks + 1 } });

/** Forgets what the evaluation could not find; the next attempt carries none of it (C6). */
export const dropLost: Step = (context, event) => {
  if (event.type !== 'build.finished' || event.error === null) return nothing;
  const lost = [...new Set([...context.lost, ...event.error.paths])].slice(-100);
  const overlay = overlayOf(context, event);
  return {
    context: {
      lost,
      overlays:
        overlay === null
          ? context.overlays
          : withOverlay(context, { ...overlay, phase: 'finished' }),
    },
  };
};

/** Why nothing can be built, in words that a person can act on. */
export const noteBlocked: Step = (context, event) => {
  const branch = context.policy?.cacheBranch ?? '';
  // Only these events lead to `blocked`.
  switch (event.type) {
    case 'head.fetched':
      if (event.obstacle !== null)
        return blocked(
          context,
          'path-in-the-way',
          `${event.obstacle.path} is a ${event.obstacle.kind} where the bookkeeping files have to go`,
        );
      if (event.touched.length > 0)
        return blocked(
          context,
          'runs-on-the-forge',
          `it changes ${event.touched.join(', ')}, which the forge would run with the repository's secrets`,
        );
      return blocked(
        context,
        'branch-not-ours',
        `branch ${branch} (${shortSha(event.tip ?? '')}) is not ours; rename or delete it`,
        { branchTip: event.tip },
      );
    case 'overlay.rejected':
      if (event.outcome === 'in-the-way')
        return blocked(context, 'ref-in-the-way', `${event.detail} is in the way of ${branch}`);
      return blocked(
        context,
        event.outcome === 'refused' ? 'push-refused' : 'branch-unsteady',
        `the push of ${branch} was refused: ${event.detail}`,
      );
    case 'head.fetch.failed':
    case 'overlay.push.failed':
      return blocked(context, event.code, event.message);
    default:
      return nothing;
  }
};

function blocked(
  context: PullContext,
  code: string,
  message: string,
  also: Partial<PullContext> = {},
): ReturnType<Step> {
  return {
    context: {
      ...also,
      blocked: { code, message },
      ...(isCheck(current(context))
        ? {}
        : { verdict: { state: 'error' as const, description: clip(`blocked: ${message}`) } }),
      setbacks: context.setbacks + 1,
    },
  };
}

/** Tries again by itself, after ever longer waits; a head that is not there is waited for instead (B7, D4). */
export const scheduleRetry: Step = (context) => {
  if (context.policy === null || context.blocked?.code === 'not-found') return nothing;
  const after = context.policy.retry.max * 2 ** Math.min(context.setbacks - 1, 8);
  return { effects: [{ type: 'timer.set', params: { name: 'retry', after } }] };
};

export const dropRetry: Step = () => ({
  effects: [{ type: 'timer.drop', params: { name: 'retry' } }],
});
