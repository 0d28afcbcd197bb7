import { clip, shortSha } from '../describe.ts';
import {
  type Carried,
  type CarriedEntry,
  type ColdReason,
  entriesOf,
  heldFor,
  pathsOf,
  withoutPaths,
} from '../carried.ts';
import { current, type Overlay, overlayOf, type PullContext, withOverlay } from './context.ts';
import type { HeadFetched, Seed } from './events.ts';
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
    retried: retriedBy(context),
  };
  const memory = context.remembered.find((build) => build.head === head);
  return {
    context: {
      attempt,
      retry: null,
      overlays: withOverlay(context, overlay),
      jobs: [],
      verdict: null,
      blocked: null,
      notes: [],
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

/** The jobs that the next attempt leaves cold (C17): also once more, if its push has to be done again. */
function retriedBy(context: PullContext): readonly string[] {
  if (context.retry?.isBegun === true) return context.retry.jobs;
  const last = current(context);
  return last?.phase === 'planned' && last.head === context.head ? last.retried : [];
}

/** Jobs whose incremental build failed are tried once more without their cache (C17). */
export const beginRetry: Step = ({ retry }) =>
  retry === null ? nothing : { context: { retry: { ...retry, isBegun: true } } };

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
  const { carried, cold } = withoutRetried(best, overlay.retried);
  const tip = event.recovered?.commit ?? context.tip?.commit;
  const isContinued = event.fastForward === true && event.tip === tip;
  return {
    context: {
      cache: best.carried,
      branchTip: event.tip,
      notes: event.edited.map((file) => `its own ${file} is overridden`),
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

/** A branch that is ours, though the log knows nothing of it, tells what it carries: the log was lost (G5). */
function recover(context: PullContext, { recovered }: HeadFetched): PullContext {
  if (recovered === null || context.pull === null) return context;
  const { number } = context.pull;
  const cache = Object.fromEntries(
    Object.entries(recovered.entries).map(([job, entry]): [string, CarriedEntry] => [
      job,
      {
        entry,
        origin: { kind: 'pull', number, commit: recovered.head },
        attempt: 0,
        coldMilliseconds: null,
      },
    ]),
  );
  return { ...context, cache: { ...cache, ...context.cache } };
}

function withoutRetried(
  best: Pick<Overlay, 'carried' | 'cold'>,
  retried: readonly string[],
): Pick<Overlay, 'carried' | 'cold'> {
  if (retried.length === 0) return best;
  return {
    carried: Object.fromEntries(
      Object.entries(best.carried).filter(([job]) => !retried.includes(job)),
    ),
    cold: {
      ...best.cold,
      jobs: {
        ...best.cold.jobs,
        ...Object.fromEntries(retried.map((job) => [job, 'incremental-failed' as const])),
      },
    },
  };
}

/**
 * What the overlay starts from. For each job, best first: what a build of this very head left (A7), what this pull
 * request's last good build left, what the nearest ancestor on a trusted branch left (H1). An entry that is itself from
 * a branch follows the ancestor, so that what comes in with a merge of that branch is not built again (C16).
 */
function cacheFor(context: PullContext, facts: HeadFetched): Pick<Overlay, 'carried' | 'cold'> {
  const gone = [...facts.missing, ...context.lost];
  const isForcePushed = facts.fastForward === false;
  const memory = context.remembered.find((build) => build.head === facts.head)?.carried ?? {};
  const reason = coldReason(context, isForcePushed);
  if (context.cold !== null) return { carried: {}, cold: { jobs: {}, others: context.cold } };
  const own = reason === 'force-push' ? {} : context.cache;
  // The newest build of all was of this head unless the branch stands for another one, or for none (reopened, B3).
  const isReturn = context.tip?.head !== facts.head;
  const wanted = { ...seeded(own, facts.seed), ...(isReturn ? memory : {}) };
  const { kept, dropped } = withoutPaths(wanted, gone);
  return {
    carried: kept,
    cold: {
      jobs: Object.fromEntries(dropped.map((job) => [job, 'path-collected' as const])),
      others: reason,
    },
  };
}

function coldReason(context: PullContext, isForcePushed: boolean): ColdReason {
  if (context.cold !== null) return context.cold;
  return isForcePushed && context.policy?.onForcePush === 'cold'
    ? 'force-push'
    : 'nothing-built-before';
}

function seeded(own: Carried, seed: Seed | null): Carried {
  if (seed === null) return own;
  const from = Object.entries(seed.entries)
    .filter(([job]) => (heldFor(own, job)?.origin.kind ?? 'branch') === 'branch')
    .map(([job, entry]): [string, CarriedEntry] => [
      job,
      {
        entry,
        origin: { kind: 'branch', name: seed.branch, commit: seed.commit },
        attempt: 0,
        coldMilliseconds: Object.hasOwn(seed.coldMilliseconds, job)
          ? (seed.coldMilliseconds[job] ?? null)
          : null,
      },
    ]);
  return Object.fromEntries([...Object.entries(own), ...from]);
}

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
      verdict: { state: 'error', description: clip(`blocked: ${message}`) },
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
