import { entriesOf, pathsOf, sameEntries } from '../carried.ts';
import { isCheck, wantsCold } from './check.ts';
import { current, isLive, overlayOf, type PullContext } from './context.ts';
import { lastAsked } from '../status.ts';
import type { PullEvent } from './events.ts';
import { earn } from './earn.ts';

interface Asked {
  readonly context: PullContext;
  readonly event: PullEvent;
}

export function isClosed({ event }: Asked): boolean {
  return event.type === 'pull.observed' && event.pull.state !== 'open';
}

/** A draft where drafts are not built (B6). */
export function isDraft({ event }: Asked): boolean {
  return event.type === 'pull.observed' && event.pull.draft && event.policy.drafts === 'skip';
}

/** A head that nobody who may write has vouched for (F1, F2). Of one that the forge has lost the last still counts (B7). */
export function needsApproval({ context, event }: Asked): boolean {
  return (
    event.type === 'pull.observed' &&
    !event.pull.trusted &&
    (event.pull.head ?? context.head) !== context.approved &&
    !(event.pull.authorMayWrite && context.approved !== null)
  );
}

/** A head that the newest attempt is not for (A6), or bookkeeping files that are to stand elsewhere. */
export function needsOverlay({ context, event }: Asked): boolean {
  if (event.type !== 'pull.observed' || event.pull.head === null) return false;
  if (current(context)?.head !== event.pull.head) return true;
  const [was, is] = [context.policy, event.policy];
  return (
    was?.cacheBranch !== is.cacheBranch ||
    was.cacheFile !== is.cacheFile ||
    was.commitFile !== is.commitFile
  );
}

/** The head can be built: it is there. */
export function hasHead({ event }: Asked): boolean {
  return event.type === 'pull.observed' && event.pull.head !== null;
}

export function isApprovedHead({ context, event }: Asked): boolean {
  return event.type === 'pull.approved' && event.head === context.head;
}

export function isOpen({ context }: Asked): boolean {
  return context.pull?.state === 'open' && context.head !== null;
}

/** A result of the newest attempt; what belongs to an older one must not move the machine on. */
export function isCurrentAttempt({ context, event }: Asked): boolean {
  return 'attempt' in event && event.attempt === context.attempt;
}

/**
 * A push that was under way when a newer head came (A3). The tip stands for another head than the one this attempt's
 * fetch was told to compare with, so what was asked no longer answers whether the push is a fast-forward (A1, A2).
 */
export function isEarlierAttempt({ context, event }: Asked): boolean {
  return 'attempt' in event && event.attempt < context.attempt;
}

export function isPathInTheWay(asked: Asked): boolean {
  return (
    isCurrentAttempt(asked) && asked.event.type === 'head.fetched' && asked.event.obstacle !== null
  );
}

/** An approved stranger's head changes what the forge runs for branches of the repository (F6). */
export function isRunByTheForge(asked: Asked): boolean {
  const { event } = asked;
  return isCurrentAttempt(asked) && event.type === 'head.fetched' && event.touched.length > 0;
}

export function isBranchNotOurs(asked: Asked): boolean {
  const { event } = asked;
  return (
    isCurrentAttempt(asked) && event.type === 'head.fetched' && event.tip !== null && !event.ours
  );
}

/** Somebody else moved the branch between our look and our push; after many times in a row something is wrong. */
export function isMovedAway(asked: Asked): boolean {
  const { context, event } = asked;
  return (
    isCurrentAttempt(asked) &&
    event.type === 'overlay.rejected' &&
    event.outcome === 'moved' &&
    context.setbacks < 5
  );
}

export function isCurrentBuild({ context, event }: Asked): boolean {
  if (!('commit' in event) || !('attempt' in event)) return false;
  const overlay = current(context);
  return overlay?.commit === event.commit && overlay.attempt === event.attempt;
}

/** A result that moves nothing on: of an earlier attempt (A4), or one that nobody waits for (a draft's, B6). */
export function isLateResult({ context, event }: Asked): boolean {
  if (event.type !== 'build.finished') return false;
  const overlay = overlayOf(context, event);
  return overlay !== null && overlay.phase !== 'finished';
}

/** A build that was to be cancelled, and could not be. */
export function isStillRunning({ context, event }: Asked): boolean {
  if (event.type !== 'build.cancel.failed') return false;
  return overlayOf(context, event)?.phase === 'cancelled';
}

/** A build of before the pull request was closed, and opened again, that was to be cancelled and could not be (B3). */
export function isBeforeReopening({ context, event }: Asked): boolean {
  return event.type === 'build.cancel.failed' && overlayOf(context, event) === null;
}

/** Of a build that was left to finish (A4), or that nobody waits for, nothing more will come. */
export function isLateLoss({ context, event }: Asked): boolean {
  if (event.type !== 'build.lost' && event.type !== 'build.start.failed') return false;
  const overlay = overlayOf(context, event);
  return overlay !== null && isLive(overlay);
}

/** The evaluation named a store path that this overlay was given (C6). */
export function isCacheLost(asked: Asked): boolean {
  const { context, event } = asked;
  if (!isCurrentBuild(asked) || event.type !== 'build.finished') return false;
  if (event.error?.kind !== 'missing-path') return false;
  const given = pathsOf(current(context)?.carried ?? {});
  return event.error.paths.some((path) => given.includes(path));
}

/** The build left a cache that the branch does not hold yet. */
export function isCacheEarned(asked: Asked): boolean {
  const { context, event } = asked;
  if (!isCurrentBuild(asked) || event.type !== 'build.finished' || context.tip === null)
    return false;
  return !sameEntries(entriesOf(earn(context, event).cache), context.tip.entries);
}

/** A result, after the verdict, that says something else than the one we have (C4: late, C7: stale). */
export function isCorrection(asked: Asked): boolean {
  const { context, event } = asked;
  if (!isCurrentBuild(asked) || event.type !== 'build.finished') return false;
  return (
    current(context)?.phase !== 'finished' ||
    JSON.stringify(event.jobs) !== JSON.stringify(context.jobs)
  );
}

export function isCorrectionWithCache(asked: Asked): boolean {
  return isCorrection(asked) && isCacheEarned(asked);
}

/** A cold build was asked for while the overlay that is being made would carry a cache. */
export function asksForCold({ context, event }: Asked): boolean {
  return event.type === 'rebuild.requested' && event.cold && context.cold === null;
}

/** News of the branch of a pull request that has a head to make it from. */
export function isTipNewsToBuild(asked: Asked): boolean {
  return isTipNews(asked) && isOpen(asked);
}

export function isTipNews({ context, event }: Asked): boolean {
  return event.type === 'tip.observed' && event.tip !== context.branchTip;
}

/** The cache branch is there although the pull request is closed (B4). */
export function isBranchBack(asked: Asked): boolean {
  return isTipNews(asked) && asked.event.type === 'tip.observed' && asked.event.tip !== null;
}

/** The first word of the newest build; a later, stale one changes nothing (C7). */
export function isAwaitedStart(asked: Asked): boolean {
  return isCurrentBuild(asked) && current(asked.context)?.phase === 'asked';
}

/** Jobs are to be tried without their cache, once what was found with it has been reported (C17). */
export function isRetryDue(asked: Asked): boolean {
  return asked.context.retry !== null && isOpen(asked) && isEverythingReported(asked);
}

/** A head that has its verdict is to be built clean: the label asks for it, or its turn has come (C15). */
export function isCheckDue(asked: Asked): boolean {
  const { context } = asked;
  const overlay = current(context);
  if (overlay?.phase !== 'finished' || overlay.head !== context.head || isCheck(overlay))
    return false;
  if (context.verdict === null || context.clean === context.head || !isOpen(asked)) return false;
  const every = context.policy?.coldEvery ?? null;
  return wantsCold(context) || (every !== null && context.warmBuilds >= every);
}

/** Still the head that waits for approval. */
export function isSameHeadThatWaits(asked: Asked): boolean {
  const { context, event } = asked;
  return needsApproval(asked) && event.type === 'pull.observed' && event.pull.head === context.head;
}

/** It is about the head that is being built, or has its verdict, and we have said nothing there ourselves. */
export function isInheritedHere({ context, event }: Asked): boolean {
  return (
    event.type === 'status.inherited' &&
    event.commit === context.head &&
    event.commit === current(context)?.head &&
    lastAsked(context.statuses, event) === undefined
  );
}

/** Every status that was asked for has been published, or given up. */
export function isEverythingReported({ context }: Asked): boolean {
  return context.statuses.every((status) => status.delivery !== 'asked');
}
