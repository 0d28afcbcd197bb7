import {
  type Carried,
  type CarriedEntry,
  type ColdReason,
  heldFor,
  withoutPaths,
} from '../carried.ts';
import { wantsCold } from './check.ts';
import type { Overlay, PullContext } from './context.ts';
import type { HeadFetched } from './events.ts';
import { coldSpells } from './slowness.ts';

/** What an overlay starts from, and why a job that it has nothing for is cold. */
type Start = Pick<Overlay, 'carried' | 'cold'>;

/** A branch that is ours, though the log knows nothing of it, tells what it carries: the log was lost (G5). */
export function recover(context: PullContext, { recovered }: HeadFetched): PullContext {
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

/**
 * What of it this attempt's overlay carries: nothing of what it is to do without. The rest stays known (C17), for the
 * next attempt.
 */
export function chosen(context: PullContext, { purpose }: Overlay, best: Start): Start {
  if (purpose.kind === 'check') return { carried: {}, cold: { jobs: {}, others: 'check' } };
  if (context.cold === null && wantsCold(context))
    return { carried: {}, cold: { jobs: {}, others: 'label' } };
  const slow = without(best, coldSpells(context.slow), 'slower-with-cache');
  return without(slow, purpose.kind === 'retry' ? purpose.jobs : [], 'incremental-failed');
}

function without(best: Start, jobs: readonly string[], why: ColdReason): Start {
  const left = jobs.filter((job) => heldFor(best.carried, job) !== undefined);
  if (left.length === 0) return best;
  return {
    carried: Object.fromEntries(
      Object.entries(best.carried).filter(([job]) => !left.includes(job)),
    ),
    cold: {
      ...best.cold,
      jobs: { ...best.cold.jobs, ...Object.fromEntries(left.map((job) => [job, why])) },
    },
  };
}

/**
 * What the overlay starts from. For each job, best first: what a build of this very head left (A7), what this pull
 * request's last good build left, what the nearest ancestor on a trusted branch left (H1), or of a pull request that this
 * one stands on (H3). An entry that is itself from elsewhere follows the ancestor, so that what comes in with a merge of
 * that branch is not built again (C16); but an ancestor that the branch had already when its own build confirmed the entry
 * knows no better.
 */
export function cacheFor(context: PullContext, facts: HeadFetched): Start {
  const gone = [...facts.missing, ...context.lost];
  const isForcePushed = facts.fastForward === false;
  const memory = context.remembered.find((build) => build.head === facts.head)?.carried ?? {};
  const reason = coldReason(context, isForcePushed);
  if (context.cold !== null) return { carried: {}, cold: { jobs: {}, others: context.cold } };
  const own = reason === 'force-push' ? {} : context.cache;
  // The newest build of all was of this head unless the branch stands for another one, or for none (reopened, B3).
  const isReturn = context.tip?.head !== facts.head;
  const wanted = { ...seeded(context, own, facts), ...(isReturn ? memory : {}) };
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

function seeded({ pull }: PullContext, own: Carried, { seed, seedIsNew }: HeadFetched): Carried {
  if (seed === null) return own;
  const isOwn = (job: string): boolean => {
    const held = heldFor(own, job);
    if (held === undefined) return false;
    const { origin, attempt } = held;
    const isConfirmed = attempt > 0 && !seedIsNew;
    return isConfirmed || (origin.kind === 'pull' && origin.number === pull?.number);
  };
  const from = Object.entries(seed.entries)
    .filter(([job]) => !isOwn(job))
    .map(([job, entry]): [string, CarriedEntry] => [
      job,
      {
        entry,
        origin: seed.origin,
        attempt: 0,
        coldMilliseconds: Object.hasOwn(seed.coldMilliseconds, job)
          ? (seed.coldMilliseconds[job] ?? null)
          : null,
      },
    ]);
  return Object.fromEntries([...Object.entries(own), ...from]);
}
