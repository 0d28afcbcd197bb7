import { aFetch, aPolicy, aPull, aRepository } from '../doubles/ingredients.ts';
import { built } from '../doubles/scripted-ci.ts';
import { current, type PullContext } from '../../machines/pull-request/context.ts';
import type { PullEvent, PullState } from '../../machines/pull-request/events.ts';
import type { BranchContext } from '../../machines/branch/context.ts';
import type { BranchEvent } from '../../machines/branch/events.ts';

export const policy = aPolicy({
  drafts: 'skip',
  deadlines: { start: 1000, finish: 5000 },
  retry: { base: 10, max: 100 },
});

const repository = aRepository;

function pull(of: Partial<PullState>): PullEvent {
  return {
    type: 'pull.observed',
    at: 0,
    repository,
    policy,
    pull: aPull(of),
  };
}

/** All that can happen to a pull request in this state, in the large: one of each kind. */
export function pullEvents(context: PullContext): PullEvent[] {
  const at = 0;
  const { attempt } = context;
  const overlay = current(context);
  const head = overlay?.head ?? 'head1';
  const commit = overlay?.commit ?? `overlay${attempt}`;
  const failure = { code: 'unavailable', message: 'no answer' };
  const fetched = { ...aFetch({ attempt, head }), at };
  const asked = context.statuses.filter((status) => status.delivery === 'asked');
  return [
    pull({}),
    pull({ head: 'head2' }),
    pull({ state: 'closed' }),
    pull({ state: 'merged' }),
    pull({ draft: true }),
    pull({ trusted: false }),
    pull({ labels: ['cold'] }),
    { type: 'pull.approved', at, head: 'head1', by: 'grace' },
    { type: 'tip.observed', at, tip: null },
    { type: 'tip.observed', at, tip: 'stranger' },
    { type: 'rebuild.requested', at, cold: true, by: 'grace' },
    { type: 'rebuild.requested', at, cold: false, by: 'grace' },
    { type: 'machine.accepted', at, by: 'grace' },
    { type: 'status.inherited', at, commit: head, context: 'orthrus/hello' },
    fetched,
    { ...fetched, tip: 'stranger', ours: false },
    { ...fetched, obstacle: { path: 'ci', kind: 'file' } },
    { ...fetched, touched: ['.github/workflows/ci.yml'] },
    { type: 'head.fetch.failed', at, attempt, ...failure },
    { type: 'overlay.pushed', at, attempt, head, commit: `overlay${attempt}` },
    { type: 'overlay.rejected', at, attempt, outcome: 'moved', detail: 'x' },
    { type: 'overlay.rejected', at, attempt, outcome: 'refused', detail: 'x' },
    { type: 'overlay.push.failed', at, attempt, ...failure },
    { type: 'build.accepted', at, attempt, commit },
    { type: 'build.started', at, attempt, commit },
    { type: 'build.progressed', at, attempt, commit, jobs: [] },
    { type: 'build.finished', at, attempt, commit, error: null, jobs: [built('hello', 'one')] },
    { type: 'build.finished', at, attempt, commit, error: null, jobs: [] },
    { type: 'build.lost', at, attempt, commit },
    { type: 'build.start.failed', at, attempt, commit, ...failure },
    {
      type: 'cache.recorded',
      at,
      attempt,
      overlay: commit,
      commit: `cache${attempt}`,
      entries: {},
    },
    { type: 'cache.rejected', at, attempt, outcome: 'refused', detail: 'x' },
    { type: 'cache.record.failed', at, attempt, ...failure },
    { type: 'branch.deleted', at, branch: policy.cacheBranch, outcome: 'deleted' },
    { type: 'branch.delete.failed', at, branch: policy.cacheBranch, ...failure },
    { type: 'timer.start', at, name: 'start' },
    { type: 'timer.finish', at, name: 'finish' },
    { type: 'timer.retry', at, name: 'retry' },
    ...asked.flatMap(({ delivery: _, ...status }): PullEvent[] => [
      { type: 'status.published', at, status },
      { type: 'status.publish.failed', at, status, ...failure },
    ]),
  ];
}

/** All that can happen to a branch in this state. */
export function branchEvents(context: BranchContext): BranchEvent[] {
  const at = 0;
  const { commit, attempt } = context.build ?? { commit: 'none', attempt: 1 };
  const failure = { code: 'unavailable', message: 'no answer' };
  const seen = (head: string | null): BranchEvent => ({
    type: 'branch.observed',
    at,
    repository,
    name: 'main',
    head,
    policy,
  });
  const asked = context.statuses.filter((status) => status.delivery === 'asked');
  return [
    seen('head1'),
    seen('head2'),
    seen(null),
    { type: 'rebuild.requested', at, cold: false, by: 'grace' },
    { type: 'machine.accepted', at, by: 'grace' },
    { type: 'build.started', at, commit, attempt },
    { type: 'build.progressed', at, commit, attempt, jobs: [] },
    { type: 'build.finished', at, commit, attempt, error: null, jobs: [built('hello', 'one')] },
    { type: 'build.lost', at, commit, attempt },
    { type: 'build.start.failed', at, commit, attempt, ...failure },
    { type: 'timer.start', at, name: 'start' },
    { type: 'timer.finish', at, name: 'finish' },
    ...asked.flatMap(({ delivery: _, ...status }): BranchEvent[] => [
      { type: 'status.published', at, status },
      { type: 'status.publish.failed', at, status, ...failure },
    ]),
  ];
}
