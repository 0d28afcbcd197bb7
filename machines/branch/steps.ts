import { type BuildError, type JobResult, withChanged } from '../build.ts';
import { afterBuild, mergeByAttempt, restrictTo } from '../carried.ts';
import { shortSha, verdictOf, withNotes } from '../describe.ts';
import { ask, type AskedStatus, delivered } from '../status.ts';
import { type BranchContext, seedLimit } from './context.ts';
import type { BranchEffect } from './effects.ts';
import type { BranchEvent } from './events.ts';

export interface Outcome {
  readonly context?: Partial<BranchContext>;
  readonly effects?: readonly BranchEffect[];
}
export type Step = (context: BranchContext, event: BranchEvent) => Outcome;
const nothing: Outcome = {};

export const observe: Step = (_, event) =>
  event.type === 'branch.observed'
    ? {
        context: {
          repository: event.repository,
          name: event.name,
          head: event.head,
          policy: event.policy,
        },
      }
    : nothing;

function publish(
  context: BranchContext,
  wanted: Pick<AskedStatus, 'state' | 'description'>,
): Outcome {
  if (context.build === null || context.policy === null) return nothing;
  const { commit } = context.build;
  const { statuses, fresh } = ask(
    context.statuses,
    [{ commit, context: context.policy.context, ...wanted }],
    commit,
  );
  return {
    context: { statuses },
    effects: fresh.map((status) => ({ type: 'status.publish', params: status })),
  };
}

/** Builds the branch's newest commit, cold: it has no overlay, so it is always evaluated without a cache. */
export const startBuild: Step = (context) => {
  if (context.head === null || context.policy === null) return nothing;
  const attempt = context.attempt + 1;
  const build = { commit: context.head, attempt, phase: 'asked' as const, startedAt: null };
  const now = { ...context, build };
  const pending = publish(now, {
    state: 'pending',
    description: `building ${shortSha(context.head)}`,
  });
  return {
    context: { attempt, build, jobs: [], verdict: null, ...pending.context },
    effects: [...requestOf(now), ...(pending.effects ?? [])],
  };
};

function requestOf(context: BranchContext): BranchEffect[] {
  if (context.build === null || context.name === null) return [];
  const { commit, attempt } = context.build;
  return [
    {
      type: 'build.start',
      params: {
        commit,
        attempt,
        ref: `refs/heads/${context.name}`,
        cachePaths: [],
        patient: false,
      },
    },
  ];
}

export const askAgain: Step = (context) => ({ effects: requestOf(context) });

/** The CI may take its time to be asked (E8); from here on it has to begin. */
export const expectStart: Step = ({ policy }) =>
  policy === null
    ? nothing
    : {
        effects: [{ type: 'timer.set', params: { name: 'start', after: policy.deadlines.start } }],
      };

export const noteStarted: Step = (context, event) =>
  context.build === null || context.policy === null
    ? nothing
    : {
        context: { build: { ...context.build, phase: 'building', startedAt: event.at } },
        effects: [
          { type: 'timer.drop', params: { name: 'start' } },
          { type: 'timer.set', params: { name: 'finish', after: context.policy.deadlines.finish } },
        ],
      };

export const noteProgress: Step = (context, event) =>
  event.type === 'build.progressed'
    ? { context: { jobs: withChanged(context.jobs, event.jobs) } }
    : nothing;

export const settleBuild: Step = (context, event) => {
  if (event.type !== 'build.finished' || context.build === null) return nothing;
  const { build } = context;
  const milliseconds = build.startedAt === null ? null : event.at - build.startedAt;
  const known = withResult(context, event);
  return {
    context: {
      ...known,
      jobs: event.jobs,
      verdict: verdictOf(event.jobs, event.error, { used: {}, milliseconds }),
      build: { ...build, phase: 'finished' },
    },
    effects: [{ type: 'cache.retain', params: {} }],
  };
};

/**
 * What a build adds to the seeds. A job that failed keeps what an earlier commit's build left, so that a pull request
 * still starts warm; every entry is cold (`from = null`), because a branch is never built from a cache.
 */
function withResult(
  context: BranchContext,
  result: { readonly jobs: readonly JobResult[]; readonly error: BuildError | null },
): Partial<BranchContext> {
  const { build, name, policy } = context;
  if (build === null || name === null || policy === null || result.jobs.length === 0) return {};
  const made = afterBuild({}, result.jobs, {
    output: policy.output,
    origin: { kind: 'branch', name, commit: build.commit },
    attempt: build.attempt,
  });
  // What was there already was not timed; the last cold build of that job tells how long it takes.
  const timed = Object.fromEntries(
    Object.entries(made).map(([job, held]) => [
      job,
      {
        ...held,
        coldMilliseconds:
          held.coldMilliseconds ??
          (Object.hasOwn(context.cache, job)
            ? (context.cache[job]?.coldMilliseconds ?? null)
            : null),
      },
    ]),
  );
  const cache = restrictTo(
    mergeByAttempt(context.cache, timed),
    result.jobs.map((job) => job.name),
  );
  if (!policy.seeds) return { cache };
  const others = context.seeds.filter((seed) => seed.commit !== build.commit);
  return { cache, seeds: [...others, { commit: build.commit, carried: cache }].slice(-seedLimit) };
}

export const dropDeadlines: Step = () => ({
  effects: [
    { type: 'timer.drop', params: { name: 'start' } },
    { type: 'timer.drop', params: { name: 'finish' } },
  ],
});

export const giveVerdictWithoutResult: Step = (context, event) => ({
  context: {
    verdict: {
      state: 'error',
      description:
        event.type === 'timer.start'
          ? 'the CI did not start the build in time'
          : event.type === 'build.start.failed'
            ? `the CI could not be asked for the build: ${event.message}`
            : 'the CI did not finish the build in time',
    },
    build: context.build === null ? null : { ...context.build, phase: 'overdue' },
  },
});

export const report: Step = (context) =>
  context.verdict === null
    ? nothing
    : publish(context, {
        state: context.verdict.state,
        description: withNotes(context.verdict.description, []),
      });

export const cancelBuild: Step = (context) =>
  context.build === null || context.build.phase === 'finished'
    ? nothing
    : {
        effects: [
          {
            type: 'build.cancel',
            params: { commit: context.build.commit, attempt: context.build.attempt },
          },
        ],
      };

/** The branch is gone: its build is cancelled, and nothing of it is kept. */
export const letGo: Step = (context, event) => {
  const cancelled = cancelBuild(context, event);
  const settled =
    context.build !== null && context.build.phase !== 'finished'
      ? publish(context, { state: 'error', description: 'the branch is gone' })
      : nothing;
  return {
    context: { ...settled.context, build: null, cache: {}, seeds: [] },
    effects: [
      ...(cancelled.effects ?? []),
      ...(settled.effects ?? []),
      { type: 'cache.retain', params: {} },
      ...(context.name === null
        ? []
        : [{ type: 'jobset.delete' as const, params: { ref: `refs/heads/${context.name}` } }]),
    ],
  };
};

/** A build of a branch that is gone could not be cancelled, and has come to its own end: nothing of it is kept either. */
export const releaseLate: Step = () => ({ effects: [{ type: 'cache.retain', params: {} }] });

/** Statuses that nobody has published while the stream was held are asked for again (G4). */
export const publishAgain: Step = (context) => ({
  effects: context.statuses
    .filter((status) => status.delivery === 'asked')
    .map(({ delivery: _, ...status }) => ({ type: 'status.publish', params: status })),
});

export const noteDelivery: Step = (context, event) => {
  if (event.type === 'status.published')
    return { context: { statuses: delivered(context.statuses, event.status, 'published') } };
  if (event.type === 'status.publish.failed')
    return { context: { statuses: delivered(context.statuses, event.status, 'given-up') } };
  return nothing;
};
