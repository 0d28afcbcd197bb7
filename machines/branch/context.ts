import type { BuildKey, JobResult } from '../build.ts';
import { type Carried, pathsOf } from '../carried.ts';
import type { Verdict } from '../describe.ts';
import type { Policy, Repository } from '../policy.ts';
import type { StatusRecord } from '../status.ts';

export interface BranchBuild extends BuildKey {
  readonly phase: 'asked' | 'building' | 'overdue' | 'finished';
  readonly startedAt: number | null;
}

export interface BranchContext {
  readonly repository: Repository | null;
  readonly name: string | null;
  /** Where the branch is; null: it is gone. */
  readonly head: string | null;
  readonly policy: Policy | null;
  readonly attempt: number;
  /** The newest build; the commits in between, pushed while it ran, are never built. */
  readonly build: BranchBuild | null;
  /** What the last good build of each job left. */
  readonly cache: Carried;
  /** The caches of the newest commits that were built, which seed pull requests. Oldest first. */
  readonly seeds: readonly { readonly commit: string; readonly carried: Carried }[];
  readonly jobs: readonly JobResult[];
  readonly verdict: Verdict | null;
  readonly statuses: readonly StatusRecord[];
}

export const newBranch: BranchContext = {
  repository: null,
  name: null,
  head: null,
  policy: null,
  attempt: 0,
  build: null,
  cache: {},
  seeds: [],
  jobs: [],
  verdict: null,
  statuses: [],
};

/** How many commits' caches are kept in the store for pull requests to start from. */
export const seedLimit = 10;

/** What of the store a branch still needs: nothing once it is gone. */
export function branchKeepOf(context: BranchContext): { paths: string[]; builds: BuildKey[] } {
  if (context.head === null) return { paths: [], builds: [] };
  const caches = [context.cache, ...context.seeds.map((seed) => seed.carried)];
  return {
    paths: [...new Set(caches.flatMap(pathsOf))].toSorted(),
    builds:
      context.build === null
        ? []
        : [{ commit: context.build.commit, attempt: context.build.attempt }],
  };
}
