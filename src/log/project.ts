import type { ColdReason, Carried } from '../../machines/carried.ts';
import type { JobResult } from '../../machines/build.ts';
import type { BranchContext } from '../../machines/branch/context.ts';
import { jobReason, verdictOf } from '../../machines/describe.ts';
import { type EventData, type Snapshot, stateText } from '../../machines/fold.ts';
import {
  current,
  type Overlay,
  overlayOf,
  type PullContext,
} from '../../machines/pull-request/context.ts';
import { parseStreamName } from '../../machines/stream.ts';
import type { BuildJob } from './build-jobs.ts';
import type { LogDatabase } from './database.ts';
import { projectSeeds } from './project-seeds.ts';
import type { BuildsTable, PullsTable } from './schema.ts';
import { changeRow, rowShape, writeRow } from './write-row.ts';

export const pullRows = rowShape(
  'pulls',
  [
    'stream',
    'forge',
    'repository_id',
    'repository',
    'state',
    'head',
    'verdict',
    'description',
    'version',
    'opened_at',
    'updated_at',
    'kind',
    'number',
    'branch',
    'title',
    'author',
    'tip',
  ],
  { key: ['stream'], kept: ['opened_at'] },
);

const buildRows = rowShape(
  'builds',
  [
    'stream',
    'attempt',
    'commit',
    'head',
    'asked_at',
    'started_at',
    'finished_at',
    'verdict',
    'description',
    'jobs',
  ],
  {
    key: ['stream', 'attempt'],
    kept: ['started_at', 'finished_at', 'verdict', 'description'],
  },
);

/** One step of a stream: what the read models are made from. */
export interface Progress {
  readonly stream: string;
  readonly version: number;
  readonly at: number;
  readonly event: EventData;
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/** Brings the read models up to one event, in the event's own transaction. */
export async function project(db: LogDatabase, progress: Progress): Promise<void> {
  const row = pullRow(progress);
  if (row !== null) await writeRow(db, pullRows, row);
  await projectBuilds(db, progress);
}

/** Brings up to one event what its stream has many rows of. */
export async function projectBuilds(db: LogDatabase, progress: Progress): Promise<void> {
  const build = buildChange(progress);
  if (build !== null) await saveBuild(db, build);
  await projectSeeds(db, progress);
}

/** The stream's row in `pulls`; null as long as nothing has been observed of it. */
export function pullRow({ stream, version, at, after }: Progress): PullsTable | null {
  const name = parseStreamName(stream);
  const { repository, verdict } = after.context;
  if (name === null || repository === null) return null;
  const pull = after.kind === 'pull' ? after.context.pull : null;
  return {
    stream,
    forge: name.forge,
    repository_id: repository.id,
    repository: repository.name,
    state: stateText(after.value),
    head: after.context.head,
    verdict: verdict?.state ?? null,
    description: verdict?.description ?? null,
    version,
    opened_at: at,
    updated_at: at,
    kind: after.kind,
    number: pull?.number ?? null,
    branch: after.kind === 'branch' ? after.context.name : null,
    title: pull?.title ?? null,
    author: pull?.author ?? null,
    tip: after.kind === 'pull' ? (after.context.tip?.commit ?? null) : null,
  };
}

type BuildChange = Pick<BuildsTable, 'stream' | 'attempt'> & Partial<BuildsTable>;

function buildChange(progress: Progress): BuildChange | null {
  const { stream, event, at, before, after } = progress;
  const from =
    after.kind === 'pull' ? builtOfPull(after.context, event) : builtOfBranch(after.context, event);
  const asked = askedBuild(before, after);
  if (asked !== null) return { stream, ...asked, asked_at: at, jobs: JSON.stringify([]) };
  const overdue = overdueBuild(before, after);
  // Nothing has ended: a result may still come, and correct it.
  if (overdue !== null) return { stream, ...overdue };
  if (from === null) return null;
  const { attempt } = from;
  switch (event.type) {
    case 'build.started':
      return { stream, attempt, started_at: at };
    case 'build.progressed':
      return { stream, attempt, jobs: JSON.stringify(shownJobs(after.context.jobs, from)) };
    case 'build.finished': {
      const milliseconds = from.startedAt === null ? null : at - from.startedAt;
      const verdict = verdictOf(event.jobs, event.error, { used: from.used, milliseconds });
      return {
        stream,
        attempt,
        finished_at: at,
        verdict: verdict.state,
        description: verdict.description,
        jobs: JSON.stringify(shownJobs(event.jobs, from)),
      };
    }
    default:
      return null;
  }
}

/** What of a build is needed to tell its jobs' reasons. */
interface Built {
  readonly attempt: number;
  readonly startedAt: number | null;
  readonly used: Carried;
  readonly cold: {
    readonly jobs: Readonly<Record<string, ColdReason>>;
    readonly others: ColdReason;
  };
}

function builtOfPull(context: PullContext, event: EventData): Built | null {
  if (!('commit' in event) || !('attempt' in event)) return null;
  const overlay = overlayOf(context, event);
  return overlay === null
    ? null
    : {
        attempt: overlay.attempt,
        startedAt: overlay.startedAt,
        used: overlay.carried,
        cold: overlay.cold,
      };
}

function builtOfBranch(context: BranchContext, event: EventData): Built | null {
  if (!('commit' in event) || !('attempt' in event)) return null;
  const { build } = context;
  if (build === null || build.commit !== event.commit || build.attempt !== event.attempt)
    return null;
  return {
    attempt: build.attempt,
    startedAt: build.startedAt,
    used: {},
    cold: { jobs: {}, others: 'nothing-built-before' },
  };
}

function shownJobs(jobs: readonly JobResult[], from: Built): BuildJob[] {
  return jobs.map((job) => ({
    name: job.name,
    state: job.state,
    built: job.built,
    milliseconds: job.milliseconds,
    reason: jobReason(from.used, from.cold, job),
    url: job.url,
    error: job.error,
  }));
}

/** A build that this event made the machine ask for. */
function askedBuild(
  before: Snapshot,
  after: Snapshot,
): Pick<BuildsTable, 'attempt' | 'commit' | 'head'> | null {
  if (after.kind === 'pull' && before.kind === 'pull') {
    const overlay = current(after.context);
    if (overlay?.phase !== 'asked' || overlay.commit === null) return null;
    const was = current(before.context);
    if (was?.attempt === overlay.attempt && was.phase === 'asked') return null;
    return { attempt: overlay.attempt, commit: overlay.commit, head: overlay.head };
  }
  if (after.kind === 'branch' && before.kind === 'branch') {
    const { build } = after.context;
    if (build?.phase !== 'asked' || before.context.build?.attempt === build.attempt) return null;
    return { attempt: build.attempt, commit: build.commit, head: build.commit };
  }
  return null;
}

/** A build that this event made the machine give a verdict on without a result (C3, C4). */
function overdueBuild(
  before: Snapshot,
  after: Snapshot,
): Pick<BuildsTable, 'attempt' | 'verdict' | 'description'> | null {
  const build = newestBuild(after);
  const was = newestBuild(before);
  const { verdict } = after.context;
  if (build?.phase !== 'overdue' || verdict === null) return null;
  if (was?.attempt === build.attempt && was.phase === 'overdue') return null;
  // A clean build that only checks one leaves the verdict as it was (C15).
  if (verdict === before.context.verdict) return null;
  return { attempt: build.attempt, verdict: verdict.state, description: verdict.description };
}

function newestBuild({ kind, context }: Snapshot): Pick<Overlay, 'attempt' | 'phase'> | null {
  return kind === 'pull' ? current(context) : context.build;
}

async function saveBuild(db: LogDatabase, change: BuildChange): Promise<void> {
  const { stream, attempt, commit, head, ...changing } = change;
  if (commit === undefined || head === undefined) {
    await changeRow(db, 'builds', changing, { stream, attempt });
    return;
  }
  const row = {
    stream,
    attempt,
    commit,
    head,
    asked_at: change.asked_at ?? 0,
    started_at: null,
    finished_at: null,
    verdict: null,
    description: null,
    jobs: change.jobs ?? '[]',
  };
  await writeRow(db, buildRows, row);
}
