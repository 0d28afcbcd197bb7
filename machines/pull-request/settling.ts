import type { JobResult } from '../build.ts';
import { builtWarm, type Carried, heldFor, mergeByAttempt, restrictTo } from '../carried.ts';
import { type Verdict, verdictOf, withNotes } from '../describe.ts';
import { compareWithCheck, isCheck } from './check.ts';
import { withBuild, without } from './closing.ts';
import {
  current,
  type Overlay,
  overlayOf,
  type PullContext,
  retriedIn,
  withOverlay,
} from './context.ts';
import { earn } from './earn.ts';
import type { PullEvent } from './events.ts';
import { afterTiming } from './slowness.ts';
import { nothing, type Step } from './step.ts';

/** Takes in the newest attempt's result: its verdict, and the cache it earned. */
export const settleBuild: Step = (context, event) => {
  const overlay = current(context);
  if (event.type !== 'build.finished' || overlay === null) return nothing;
  const earned = earn(context, event);
  const milliseconds = overlay.startedAt === null ? null : event.at - overlay.startedAt;
  const retrying = incrementalFailures(context, overlay, event.jobs);
  const isClean = Object.keys(overlay.carried).length === 0;
  const warm = overlay.purpose.kind === 'build' ? builtWarm(overlay.carried, event.jobs).length : 0;
  const verdict = verdictOf(event.jobs, event.error, {
    used: overlay.carried,
    milliseconds,
    retrying,
    retried: retriedIn(overlay),
  });
  const settled = {
    cache: earned.cache,
    jobs: event.jobs,
    overlays: withOverlay(context, { ...overlay, phase: 'finished' as const }),
    lost: withoutLeft(context.lost, event.jobs),
    slow: afterTiming(context.slow, overlay.carried, event.jobs),
    warmBuilds: isClean ? 0 : context.warmBuilds + (warm > 0 ? 1 : 0),
    clean: isClean ? overlay.head : context.clean,
  };
  return {
    context: isCheck(overlay)
      ? { ...settled, ...afterCheck(context, event, { verdict, after: earned.after }) }
      : {
          ...settled,
          retry: retrying.length === 0 ? null : retrying,
          verdict,
          remembered: remember(context, overlay.head, event.jobs, earned.after),
        },
    effects: [{ type: 'cache.retain', params: {} }],
  };
};

/**
 * A clean build that says what is said already changes nothing of it; one that does not corrects it, and what earlier
 * heads' incremental builds left is as little to be trusted as what this one's did (C15).
 */
function afterCheck(
  context: PullContext,
  event: Extract<PullEvent, { type: 'build.finished' }>,
  clean: { readonly verdict: Verdict; readonly after: Carried },
): Partial<PullContext> {
  const head = current(context)?.head;
  if (head === undefined) return {};
  const finding = compareWithCheck(context, event);
  if (finding.kind === 'differs')
    return {
      checked: null,
      verdict: {
        state: clean.verdict.state,
        description: withNotes(clean.verdict.description, [
          `a clean build found this: ${finding.note}; the cache is dropped`,
        ]),
      },
      remembered: [{ head, carried: clean.after }],
    };
  return { remembered: remember(context, head, event.jobs, clean.after) };
}

/** What the jobs of a build left, for a force-push back to its head (A7); what it only started from is no such thing. */
function remember(
  { remembered }: PullContext,
  head: string,
  jobs: readonly JobResult[],
  after: Carried,
): PullContext['remembered'] {
  const ended = jobs.filter(({ state }) => state === 'success').map(({ name }) => name);
  const left = restrictTo(after, ended);
  if (Object.keys(left).length === 0) return remembered;
  const known = remembered.find((memory) => memory.head === head)?.carried ?? {};
  const others = remembered.filter((memory) => memory.head !== head);
  return [...others, { head, carried: mergeByAttempt(known, left) }].slice(-4);
}

/** The jobs whose failure may be their cache's: they were built from one, and have not been tried without it (C17). */
function incrementalFailures(
  context: PullContext,
  overlay: Overlay,
  jobs: readonly JobResult[],
): readonly string[] {
  if (context.policy?.coldRetry !== true || overlay.purpose.kind !== 'build') return [];
  return jobs
    .filter((job) => job.state === 'failure' && heldFor(overlay.carried, job.name) !== undefined)
    .map((job) => job.name);
}

/** What a build has just left is there, also if it was gone before: the same derivation leaves the same path (C6). */
function withoutLeft(lost: readonly string[], jobs: readonly JobResult[]): readonly string[] {
  const left = new Set(
    jobs.flatMap((job) => (job.state === 'success' ? Object.values(job.outputs) : [])),
  );
  return lost.filter((path) => !left.has(path));
}

/** A success of an earlier attempt, however late, may become the cache of this pull request (A4). */
export const earnLate: Step = (context, event) => {
  if (event.type !== 'build.finished') return nothing;
  const overlay = overlayOf(context, event);
  if (overlay === null) return nothing;
  const { cache, after } = earn(context, event);
  return {
    context: {
      cache,
      overlays: withOverlay(context, { ...overlay, phase: 'finished' }),
      remembered: remember(context, overlay.head, event.jobs, after),
      lost: withoutLeft(context.lost, event.jobs),
      uncancelled: without(context.uncancelled, event),
    },
    effects: [{ type: 'cache.retain', params: {} }],
  };
};

/** The CI could not be told to end it, so it goes on: what it comes to is asked for, and a later end ends it too. */
export const noteStillRunning: Step = (context, event) => {
  if (event.type !== 'build.cancel.failed') return nothing;
  const overlay = overlayOf(context, event);
  if (overlay === null) return nothing;
  return { context: { overlays: withOverlay(context, { ...overlay, phase: 'building' }) } };
};

/**
 * Nobody waits any more for a build that the CI has lost; should it end well after all, that still counts. Should it go
 * on, it is ended with the pull request (B1).
 */
export const giveUpLate: Step = (context, event) => {
  if (event.type !== 'build.lost' && event.type !== 'build.start.failed') return nothing;
  const overlay = overlayOf(context, event);
  if (overlay === null) return nothing;
  return {
    context: {
      overlays: withOverlay(context, { ...overlay, phase: 'cancelled' }),
      uncancelled: withBuild(context.uncancelled, event),
    },
  };
};
