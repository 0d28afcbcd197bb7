import type { ListQuery, Show } from './list-query.ts';

/** What the list is drawn from. Times are milliseconds since the epoch; what is not known is null. */
export interface ListData {
  readonly query: ListQuery;
  readonly rows: readonly ListRow[];
  /** Where the next page begins; null: there is none. */
  readonly next: string | null;
  /** How many there are of each kind, whatever kind is shown. */
  readonly counts: Readonly<Record<Show, number>>;
  /** All repositories, `here:owner/repo`. */
  readonly repositories: readonly string[];
}

/** What has become of some rows: those that the query asks for, and those that it does not, any more or at all. */
export interface ListNews {
  readonly rows: readonly ListRow[];
  readonly others: readonly ListRow[];
  readonly counts: ListData['counts'];
}

/** A pull request, or a branch that is built as itself. */
export interface ListRow {
  readonly stream: string;
  readonly kind: 'pull' | 'branch';
  /** `here:owner/repo#12`, `here:owner/repo@main`. */
  readonly name: string;
  /** The address of its page. */
  readonly page: string;
  readonly title: string | null;
  readonly author: string | null;
  readonly state: string;
  /** Whether it is not acted on (G4). */
  readonly held: boolean;
  /** What it waits for, in one sentence. */
  readonly waitsFor: string | null;
  readonly head: string | null;
  readonly verdict: string | null;
  readonly description: string | null;
  readonly version: number;
  readonly updatedAt: number;
  /** Its newest build. */
  readonly build: ListBuild | null;
}

export interface ListBuild {
  readonly askedAt: number;
  readonly startedAt: number | null;
  /** Null too for one that was given up without a result. */
  readonly finishedAt: number | null;
  readonly verdict: string | null;
  readonly jobs: JobCounts;
}

/** Jobs by how they began, and those that were not built at all: what they were made from had not changed. */
export interface JobCounts {
  readonly notBuilt: number;
  readonly warm: number;
  readonly cold: number;
}
