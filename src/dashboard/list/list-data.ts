/** What the list is drawn from. Times are milliseconds since the epoch; what is not known is null. */
export interface ListData {
  readonly rows: readonly ListRow[];
}

/** A pull request, or a branch that is built as itself. */
export interface ListRow {
  readonly stream: string;
  readonly kind: 'pull' | 'branch';
  /** `here:owner/repo#12`, `here:owner/repo@main`. */
  readonly name: string;
  /** `#12`, `@main`. */
  readonly shortName: string;
  /** `here:owner/repo` */
  readonly repository: string;
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
  readonly finishedAt: number | null;
  readonly jobs: JobCounts;
}

/** Jobs by how they began, and those that were not built at all: what they were made from had not changed. */
export interface JobCounts {
  readonly notBuilt: number;
  readonly warm: number;
  readonly cold: number;
}
