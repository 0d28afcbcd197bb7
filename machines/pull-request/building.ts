import { entriesOf, pathsOf } from '../carried.ts';
import { withChanged } from '../build.ts';
import { errorLine, shortSha, withNotes } from '../describe.ts';
import { ask, type AskedStatus } from '../status.ts';
import { isCheck } from './check.ts';
import { current, type PullContext, withOverlay } from './context.ts';
import type { PullEvent } from './events.ts';
import { nothing, type Outcome, type Step } from './step.ts';

/** Asks for statuses on the newest attempt's head; what is already said is not said again. */
function publish(context: PullContext, wanted: readonly Omit<AskedStatus, 'commit'>[]): Outcome {
  const head = current(context)?.head;
  if (head === undefined) return nothing;
  const { statuses, fresh } = ask(
    context.statuses,
    wanted.map((status) => ({ commit: head, ...status })),
    context.head,
  );
  return {
    context: { statuses },
    effects: fresh.map((status) => ({ type: 'status.publish', params: status })),
  };
}

export const startBuild: Step = (context) => {
  const overlay = current(context);
  const { policy } = context;
  if (overlay === null || overlay.commit === null || policy === null) return nothing;
  // A second look at what has its verdict already (C15, C17) does not take that back meanwhile.
  const pending =
    overlay.purpose.kind !== 'build'
      ? nothing
      : publish(context, [
          {
            context: policy.context,
            state: 'pending',
            description: withNotes(`building ${shortSha(overlay.head)}`, context.notes),
          },
        ]);
  return {
    context: {
      ...pending.context,
      overlays: withOverlay(context, { ...overlay, phase: 'asked' }),
    },
    effects: [
      {
        type: 'build.start',
        params: {
          commit: overlay.commit,
          attempt: overlay.attempt,
          ref: `refs/heads/${policy.cacheBranch}`,
          cachePaths: pathsOf(overlay.carried),
          patient: overlay.purpose.kind !== 'build',
        },
      },
      ...(pending.effects ?? []),
    ],
  };
};

/** The CI may take its time to be asked (E8); from here on it has to begin. */
export const expectStart: Step = ({ policy }) =>
  policy === null
    ? nothing
    : {
        effects: [{ type: 'timer.set', params: { name: 'start', after: policy.deadlines.start } }],
      };

export const noteStarted: Step = (context, event) => {
  const overlay = current(context);
  if (overlay === null || context.policy === null) return nothing;
  return {
    context: {
      overlays: withOverlay(context, {
        ...overlay,
        phase: 'building',
        startedAt: overlay.startedAt ?? event.at,
      }),
    },
    effects: [
      { type: 'timer.drop', params: { name: 'start' } },
      { type: 'timer.set', params: { name: 'finish', after: context.policy.deadlines.finish } },
    ],
  };
};

/** Failed jobs are reported while the others still build. */
export const noteProgress: Step = (context, event) => {
  if (event.type !== 'build.progressed') return nothing;
  const jobs = withChanged(context.jobs, event.jobs);
  const now = { ...context, jobs };
  if (isCheck(current(context))) return { context: { jobs } };
  const told = publish(now, jobStatuses(now));
  return { context: { jobs, ...told.context }, effects: told.effects ?? [] };
};

/** The CI has lost the build: it is asked for again, and the deadlines run on. */
export const askAgain: Step = (context) => {
  const overlay = current(context);
  if (overlay === null || overlay.commit === null || context.policy === null) return nothing;
  return {
    effects: [
      {
        type: 'build.start',
        params: {
          commit: overlay.commit,
          attempt: overlay.attempt,
          ref: `refs/heads/${context.policy.cacheBranch}`,
          cachePaths: pathsOf(overlay.carried),
          patient: overlay.purpose.kind !== 'build',
        },
      },
    ],
  };
};

export const dropDeadlines: Step = () => ({
  effects: [
    { type: 'timer.drop', params: { name: 'start' } },
    { type: 'timer.drop', params: { name: 'finish' } },
  ],
});

/** No result in time (C3, C4), or no way to ask for one: that is the verdict, until a result corrects it. */
export const giveVerdictWithoutResult: Step = (context, event) => {
  const overlay = current(context);
  if (overlay === null) return nothing;
  const description =
    event.type === 'timer.start'
      ? 'the CI did not start the build in time'
      : event.type === 'timer.finish'
        ? 'the CI did not finish the build in time'
        : event.type === 'build.start.failed'
          ? `the CI could not be asked for the build: ${event.message}`
          : 'the CI gave no result';
  const overdue = withOverlay(context, { ...overlay, phase: 'overdue' });
  // The verdict that was to be checked stands, and is not to be checked for ever (C15).
  if (isCheck(overlay))
    return { context: { overlays: overdue, clean: overlay.head, warmBuilds: 0 } };
  return { context: { verdict: { state: 'error', description }, overlays: overdue } };
};

export const recordCache: Step = (context) => {
  const overlay = current(context);
  const { policy, pull, tip } = context;
  if (overlay?.commit == null || policy === null || pull === null || tip === null) return nothing;
  return {
    effects: [
      {
        type: 'cache.record',
        params: {
          attempt: overlay.attempt,
          number: pull.number,
          head: overlay.head,
          branch: policy.cacheBranch,
          cacheFile: policy.cacheFile,
          commitFile: policy.commitFile,
          entries: entriesOf(context.cache),
          overlay: overlay.commit,
          tip: tip.commit,
        },
      },
    ],
  };
};

/** Our own push always updates what we know of the branch (rule 4). */
export const noteRecorded: Step = (context, event) => {
  if (event.type !== 'cache.recorded' || context.tip === null) return nothing;
  if (context.tip.attempt > event.attempt) return nothing;
  return {
    context: {
      branchTip: event.commit,
      tip: { ...context.tip, commit: event.commit, entries: event.entries },
    },
  };
};

/** The verdict is reported all the same, and says that the cache was not kept (E9). */
export const noteNotKept: Step = (context, event) => {
  const why =
    event.type === 'cache.rejected'
      ? notKept(event)
      : event.type === 'cache.record.failed'
        ? event.message
        : '';
  return { context: { notes: [...context.notes, `cache not kept: ${why}`] } };
};

function notKept({ outcome, detail }: Extract<PullEvent, { type: 'cache.rejected' }>): string {
  switch (outcome) {
    case 'moved':
      return 'somebody else moved the branch';
    case 'in-the-way':
      return `${detail} is in the way`;
    case 'refused':
      return detail;
  }
}

function jobStatuses(context: PullContext): Omit<AskedStatus, 'commit'>[] {
  const { policy } = context;
  const head = current(context)?.head;
  if (policy === null || policy.reportJobs === 'none') return [];
  return (context.checked ?? context.jobs).flatMap((job) => {
    if (job.state === 'pending' || job.state === 'cancelled') return [];
    const name = policy.jobContext.replaceAll('{job}', () => job.name);
    // One that was red, on this head, is made green; others are told only if all are wanted.
    const isSettled = job.state !== 'success';
    const wasTold = context.statuses.some((old) => old.commit === head && old.context === name);
    if (!isSettled && !wasTold && policy.reportJobs !== 'all') return [];
    const description = job.state === 'success' ? 'succeeded' : errorLine(job.error ?? 'failed');
    return [{ context: name, state: job.state, description: withNotes(description, []) }];
  });
}

/**
 * Takes over what another pull request said of this head, as if it were our own word: what our build says of that job, now
 * or later, then takes its place (B10).
 */
export const inherit: Step = (context, event) => {
  if (event.type !== 'status.inherited') return nothing;
  const { commit, context: name } = event;
  const taken = {
    commit,
    context: name,
    // No build of ours has come to a failure (B10).
    state: 'error',
    description: 'said by a pull request that had this head too',
    delivery: 'published',
  } as const;
  const now = { ...context, statuses: [...context.statuses, taken] };
  const told = publish(now, jobStatuses(now));
  return { context: { statuses: now.statuses, ...told.context }, effects: told.effects ?? [] };
};

/** Reports the verdict, and every job that failed. */
export const report: Step = (context) => {
  const { policy, verdict } = context;
  if (policy === null || verdict === null) return nothing;
  return publish(context, [
    ...jobStatuses(context),
    {
      context: policy.context,
      state: verdict.state,
      description: withNotes(verdict.description, context.notes),
    },
  ]);
};
