import type { Policy } from '../../machines/policy.ts';
import type { HeadFetched, PullState } from '../../machines/pull-request/events.ts';

/** What stories, logs and benchmarks are made of: the same pull request of the same repository, but for what matters. */

export const aRepository = { id: 'r1', name: 'o/r' };

export function aPolicy(of: Partial<Policy> = {}): Policy {
  return {
    cacheBranch: 'orthrus/pr-1',
    cacheFile: 'cache.nix',
    commitFile: 'commit.txt',
    output: 'intermediates',
    drafts: 'build',
    onForcePush: 'keep',
    onPush: 'finish-cold',
    coldRetry: true,
    coldEvery: null,
    seeds: true,
    context: 'orthrus',
    jobContext: 'orthrus/{job}',
    reportJobs: 'failed',
    deadlines: { start: 900_000, finish: 21_600_000 },
    retry: { base: 1000, max: 300_000 },
    ...of,
  };
}

export function aPull(of: Partial<PullState> = {}): PullState {
  const { number = 1 } = of;
  return {
    number,
    state: 'open',
    title: 'a change',
    head: 'head1',
    headRef: `refs/pull/${number}/head`,
    base: 'main',
    draft: false,
    author: 'ada',
    trusted: true,
    authorMayWrite: true,
    labels: [],
    changedAt: null,
    ...of,
  };
}

/** What is found when a head is fetched and nothing stands in the way. */
export function aFetch(
  of: Partial<HeadFetched> & Pick<HeadFetched, 'attempt' | 'head'>,
): HeadFetched {
  return {
    type: 'head.fetched',
    fastForward: null,
    tip: null,
    ours: true,
    edited: [],
    obstacle: null,
    missing: [],
    seed: null,
    seedIsNew: true,
    touched: [],
    recovered: null,
    ...of,
  };
}
