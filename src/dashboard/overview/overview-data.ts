import type { CallBudget } from '../../ports/forge.ts';

/** What the overview is drawn from. Times are milliseconds since the epoch, and days are those of UTC. */
export interface OverviewData {
  /** The window: builds that were asked for since then. */
  readonly since: number;
  readonly until: number;
  /** Each day of the window, the oldest first. */
  readonly days: readonly OverviewDay[];
  /** The window has more builds than are looked at: these are the newest. */
  readonly isCut: boolean;
  /** Builds that have come to a verdict. */
  readonly builds: number;
  readonly jobs: OverviewJobs;
  readonly saved: SavedTime;
  /** Builds that came to no good, by why; the most frequent cause first. */
  readonly failures: readonly { readonly cause: Cause; readonly count: number }[];
  readonly forges: readonly ForgeLimits[];
}

export interface OverviewDay {
  /** `2025-01-30` */
  readonly day: string;
  readonly success: number;
  readonly failure: number;
  readonly error: number;
}

/** Jobs that succeeded, by how. */
export interface OverviewJobs {
  readonly warm: number;
  readonly cold: number;
  readonly notBuilt: number;
  /** The CI does not say whether anything was built. */
  readonly unknown: number;
}

/**
 * An estimate: for each job that succeeded warm or without being built, the median of the last cold builds of that job less
 * what it took.
 */
export interface SavedTime {
  readonly milliseconds: number;
  /** How many jobs it is made from. */
  readonly jobs: number;
  /** How many could not be part of it: no cold build of theirs is known, or not how long they took. */
  readonly without: number;
}

export const causes = [
  'code',
  'incremental',
  'evaluation',
  'ci',
  'cancelled',
  'timeout',
  'missing-path',
] as const;
/**
 * `code`: a job failed, without its cache too if it was tried so. `incremental`: it failed from its cache, and succeeded
 * without. `ci`: the CI's own failure. `timeout`: no result in time. `missing-path`: a cache was gone.
 */
export type Cause = (typeof causes)[number];

/** What a forge lets us ask. */
export interface ForgeLimits {
  readonly forge: string;
  /** Null: it has no limits. Empty: nothing has been asked of it since the start. */
  readonly budgets: readonly CallBudget[] | null;
  /** Until when nothing is asked of it; null: it may be asked. */
  readonly restsUntil: number | null;
}
