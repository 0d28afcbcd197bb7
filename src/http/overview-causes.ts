import { coldText } from '../../machines/describe.ts';
import type { Cause } from '../dashboard/overview/overview-data.ts';

/** What of a build tells why it failed. */
export interface FailedBuild {
  readonly stream: string;
  readonly head: string;
  readonly verdict: string;
  readonly description: string;
  readonly jobs: readonly {
    readonly name: string;
    readonly state: string;
    readonly reason: string;
  }[];
}

/** By how a verdict is put into words (`verdictOf`); a test holds the two together. */
const beginnings: readonly (readonly [beginning: string, cause: Cause])[] = [
  ['evaluation failed: ', 'evaluation'],
  ['a cache path is gone: ', 'missing-path'],
  ['cancelled by the CI', 'cancelled'],
  ['the CI did not ', 'timeout'],
];

/** Why a build failed, by itself; null: it did not. */
export function causeOf({
  verdict,
  description,
}: Pick<FailedBuild, 'verdict' | 'description'>): Cause | null {
  if (verdict === 'success') return null;
  if (verdict === 'failure') return 'code';
  return beginnings.find(([beginning]) => description.startsWith(beginning))?.[1] ?? 'ci';
}

/**
 * Counts failures by cause. A failure that is tried once more without the cache (C17) is one failure, whatever comes of
 * that: of the incremental build only, if it succeeds then. Builds come in the order in which they were asked for.
 */
export class CauseCount {
  readonly #counts = new Map<Cause, number>();
  /** The last failure of each stream. */
  readonly #last = new Map<string, FailedBuild>();

  add(build: FailedBuild): void {
    const before = this.#last.get(build.stream);
    this.#last.delete(build.stream);
    const cause = causeOf(build);
    const again = before?.head === build.head ? retriedOf(build) : [];
    if (before !== undefined && again.length > 0) {
      const failed = before.jobs.filter(({ state }) => state === 'failure');
      const healed = failed.every(({ name }) =>
        again.some((job) => job.name === name && job.state === 'success'),
      );
      if (cause === null && healed) this.#move('code', 'incremental');
      if (cause === 'code') return;
    }
    if (cause === null) return;
    this.#count(cause, 1);
    if (cause === 'code') this.#last.set(build.stream, build);
  }

  /** The most frequent first. */
  all(): { cause: Cause; count: number }[] {
    return [...this.#counts]
      .map(([cause, count]) => ({ cause, count }))
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => b.count - a.count);
  }

  #move(from: Cause, to: Cause): void {
    this.#count(from, -1);
    this.#count(to, 1);
  }

  #count(cause: Cause, by: number): void {
    this.#counts.set(cause, (this.#counts.get(cause) ?? 0) + by);
  }
}

function retriedOf({ jobs }: FailedBuild): FailedBuild['jobs'] {
  return jobs.filter(({ reason }) => reason === coldText['incremental-failed']);
}
