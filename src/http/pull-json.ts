import { savedBy } from '../dashboard/shared/saved.ts';
import { type BuildJob, jobsOf } from '../log/build-jobs.ts';
import type { BuildRow, EffectRow, PullRow } from '../log/schema.ts';
import type { LoggedEvent } from '../log/stored-event.ts';
import { summarize } from '../replay/summarize.ts';
import type { Links } from './links.ts';
import type { ListedPull } from './read-pulls.ts';

/** The shapes of the API. Times are milliseconds since the epoch, as in the log; what is not known is null. */

/** One line of the list of pull requests and branches. */
export interface PullJson {
  /** `here:owner/repo#12`, `here:owner/repo@main`. */
  readonly pull: string;
  readonly stream: string;
  readonly kind: 'pull' | 'branch';
  readonly forge: string;
  readonly repository: string;
  readonly number: number | null;
  readonly branch: string | null;
  readonly title: string | null;
  readonly author: string | null;
  readonly state: string;
  /** Why it is not acted on (G4). */
  readonly held: string | null;
  readonly head: string | null;
  /** Newest commit of the cache branch. */
  readonly tip: string | null;
  readonly verdict: string | null;
  readonly description: string | null;
  readonly version: number;
  readonly openedAt: number;
  readonly updatedAt: number;
  /** Its page. */
  readonly page: string;
}

export function pullJson(row: ListedPull, links: Links): PullJson {
  const { repository_id: _, opened_at: openedAt, updated_at: updatedAt, ...same } = row;
  return { pull: nameOf(row), ...same, openedAt, updatedAt, page: links.pull(row) };
}

/** A pull request or a branch as people name it. */
export function nameOf(row: Pick<PullRow, 'forge' | 'repository' | 'number' | 'branch'>): string {
  const subject = row.number === null ? `@${row.branch ?? ''}` : `#${row.number}`;
  return `${row.forge}:${row.repository}${subject}`;
}

export interface JobJson extends BuildJob {
  readonly log: string;
  /** How many milliseconds its cache saved it, an estimate (`savedBy`); null: there is nothing to compare. */
  readonly saved: number | null;
}

export interface BuildJson {
  readonly attempt: number;
  readonly commit: string;
  readonly head: string;
  readonly askedAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly verdict: string | null;
  readonly description: string | null;
  readonly jobs: readonly JobJson[];
  /** The evaluation's log. */
  readonly log: string;
}

/** @param cold how long the last cold builds of each job took, newest first */
export function buildJson(
  row: BuildRow,
  pull: PullRow,
  links: Links,
  cold: ReadonlyMap<string, readonly number[]>,
): BuildJson {
  return {
    attempt: row.attempt,
    commit: row.commit,
    head: row.head,
    askedAt: row.asked_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    verdict: row.verdict,
    description: row.description,
    jobs: jobsOf(row).map((job) => ({
      ...job,
      log: links.log(pull, row.attempt, job.name),
      saved: savedBy(job, cold.get(job.name) ?? []),
    })),
    log: links.log(pull, row.attempt, null),
  };
}

/** An effect or a timer that is still to come. */
export interface PendingJson {
  readonly id: string;
  readonly kind: 'effect' | 'timer';
  readonly type: string;
  readonly lane: string;
  readonly attempts: number;
  readonly runAt: number;
  readonly lastError: string | null;
}

export function pendingJson(row: EffectRow): PendingJson {
  const { id, kind, type, lane, attempts } = row;
  return { id, kind, type, lane, attempts, runAt: row.run_at, lastError: row.last_error };
}

export interface EventJson {
  readonly stream: string;
  readonly version: number;
  readonly recordedAt: number;
  readonly type: string;
  /** What it says, in a few words. */
  readonly summary: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The machine's state after it. */
  readonly state: string;
  /** False: no transition took it. */
  readonly handled: boolean;
  /** Recorded while the stream was held. */
  readonly held: boolean;
  readonly source: string;
  readonly key: string | null;
  readonly machineVersion: string;
}

export function eventJson(event: LoggedEvent): EventJson {
  const { type, ...data } = event.data;
  const { stream, version, recordedAt, meta, state, key, machineVersion } = event;
  return {
    stream,
    version,
    recordedAt,
    type,
    summary: summarize(event.data),
    data,
    state,
    handled: meta.handled,
    held: meta.held === true,
    source: meta.source,
    key,
    machineVersion,
  };
}
