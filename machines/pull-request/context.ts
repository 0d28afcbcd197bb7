import type { BuildKey, JobResult } from '../build.ts';
import type { CacheEntries } from '../cache.ts';
import type { Carried, ColdReason } from '../carried.ts';
import type { Verdict } from '../describe.ts';
import type { Policy, Repository } from '../policy.ts';
import type { StatusRecord } from '../status.ts';
import type { PullState } from './events.ts';
import type { Slowness } from './slowness.ts';

/** One attempt to build one head: its overlay, and how far its build is. */
export interface Overlay {
  readonly attempt: number;
  readonly head: string;
  /** Null until it is pushed. */
  readonly commit: string | null;
  /** What its cache file says. */
  readonly carried: Carried;
  /** Why a job that it carries nothing for is cold (C18): for some a reason of their own, for all others one. */
  readonly cold: {
    readonly jobs: Readonly<Record<string, ColdReason>>;
    readonly others: ColdReason;
  };
  /**
   * `planned` to be pushed · `asked` its build is asked for · `building` · `overdue` a deadline has passed, and a
   * verdict was given without it · `cancelled` we ended it, though a success may still come · `finished`.
   */
  readonly phase: 'planned' | 'asked' | 'building' | 'overdue' | 'cancelled' | 'finished';
  readonly startedAt: number | null;
  readonly purpose: Purpose;
}

/**
 * What an attempt is made for: a head's own build; a second look at jobs whose incremental build of this head failed,
 * without their cache (C17); a clean build that checks the incremental ones (C15). The last two are of a head that has
 * its verdict, so they may wait for all other builds.
 */
export type Purpose =
  | { readonly kind: 'build' }
  | { readonly kind: 'retry'; readonly jobs: readonly string[] }
  | { readonly kind: 'check' };

/** The jobs that an attempt tries without the cache that failed them. */
export function retriedIn({ purpose }: Pick<Overlay, 'purpose'>): readonly string[] {
  return purpose.kind === 'retry' ? purpose.jobs : [];
}

/** What we know of the cache branch, if it is ours. */
export interface Tip {
  readonly commit: string;
  readonly head: string;
  readonly attempt: number;
  /** What its cache file says. */
  readonly entries: CacheEntries;
}

export interface Blocked {
  readonly code: string;
  readonly message: string;
}

export interface PullContext {
  readonly repository: Repository | null;
  readonly pull: PullState | null;
  readonly policy: Policy | null;
  /** The newest head that the forge has named; it outlives the forge's own knowledge of it (B7). */
  readonly head: string | null;
  /** The head that somebody who may write has approved (F1). */
  readonly approved: string | null;
  /** When the head came to be this one: by the forge's clock if it tells, else by ours. */
  readonly headAt: number | null;
  /** The number of the newest attempt; each attempt has an overlay of its own. */
  readonly attempt: number;
  /** What the next attempt is for. */
  readonly next: Purpose;
  /** Jobs whose incremental build failed, to be tried without their cache once that is reported (C17). */
  readonly retry: readonly string[] | null;
  /** How many builds have used a cache since the last clean one (C15). */
  readonly warmBuilds: number;
  /** The newest head that was built clean, or whose clean build came to nothing (C15). */
  readonly clean: string | null;
  /** The jobs that are told of on the head while a clean build checks them, and after it agreed (C15). */
  readonly checked: readonly JobResult[] | null;
  /** The jobs whose cache costs more than it saves (C19). */
  readonly slow: Slowness;
  /** Set until an overlay that carries nothing has been pushed. */
  readonly cold: ColdReason | null;
  readonly tip: Tip | null;
  /** Where the cache branch was last seen, ours or not. */
  readonly branchTip: string | null;
  /** The best cache known, which the next overlay will carry. */
  readonly cache: Carried;
  /** Store paths that turned out to be gone; they are not written again until a build leaves them anew (C6). */
  readonly lost: readonly string[];
  /** Oldest first; the last is the newest attempt's. */
  readonly overlays: readonly Overlay[];
  /** What the builds of earlier heads came to, for a force-push back to one of them (A7). Oldest first. */
  readonly remembered: readonly { readonly head: string; readonly carried: Carried }[];
  /** The newest build's jobs, and what it came to. */
  readonly jobs: readonly JobResult[];
  readonly verdict: Verdict | null;
  /** What else the status is to say: bookkeeping files overridden (A8), cache not kept (E9). */
  readonly notes: readonly string[];
  readonly statuses: readonly StatusRecord[];
  readonly blocked: Blocked | null;
  /** How often in a row it was blocked, or its push rejected. */
  readonly setbacks: number;
  /** Builds that may go on: the CI could not be told to end them, or had lost them. They are ended with the pull request. */
  readonly uncancelled: readonly BuildKey[];
}

export const newPull: PullContext = {
  repository: null,
  pull: null,
  policy: null,
  head: null,
  approved: null,
  headAt: null,
  attempt: 0,
  next: { kind: 'build' },
  retry: null,
  warmBuilds: 0,
  clean: null,
  checked: null,
  slow: {},
  cold: null,
  tip: null,
  branchTip: null,
  cache: {},
  lost: [],
  overlays: [],
  remembered: [],
  jobs: [],
  verdict: null,
  notes: [],
  statuses: [],
  blocked: null,
  setbacks: 0,
  uncancelled: [],
};

/** The newest attempt's overlay. */
export function current(context: PullContext): Overlay | null {
  return context.overlays.at(-1) ?? null;
}

export function overlayOf(
  context: PullContext,
  build: { readonly commit: string; readonly attempt: number },
): Overlay | null {
  return (
    context.overlays.find(
      (overlay) => overlay.attempt === build.attempt && overlay.commit === build.commit,
    ) ?? null
  );
}

export function isLive(overlay: Overlay): boolean {
  return overlay.phase === 'asked' || overlay.phase === 'building' || overlay.phase === 'overdue';
}

/** How many overlays, besides live ones, are remembered for results that come late. */
const overlayLimit = 6;

export function withOverlay(context: PullContext, changed: Overlay): readonly Overlay[] {
  const others = context.overlays.filter((overlay) => overlay.attempt !== changed.attempt);
  const all = [...others, changed].toSorted((a, b) => a.attempt - b.attempt);
  return all.filter((overlay, index) => isLive(overlay) || index >= all.length - overlayLimit);
}
