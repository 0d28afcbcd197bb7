import type { JobResult } from '../../../machines/build.ts';
import { derivationPath } from '../../../machines/store-path.ts';
import type { BuildReport } from '../../ports/ci.ts';
import { lastLines, plainText } from '../store/log-text.ts';
import type { TyphonApi } from './api.ts';
import type { CalledOutputs } from './called-outputs.ts';
import type { EvaluationInfo, JobInfo, TaskStatus } from './evaluation-info.ts';
import { failureOf } from './evaluation-failure.ts';
import type { Follow } from './follow.ts';
import type { Outputs, StoreAtHand } from './store-at-hand.ts';

export interface Sources {
  readonly api: TyphonApi;
  readonly store: StoreAtHand;
  readonly called: CalledOutputs;
  /** Milliseconds after which an `end` action that is not there will not come. */
  readonly patience: number;
  readonly now: () => number;
}

/** Bytes of a log: of an evaluation's what Nix said last, which Typhon escapes into one line; of a build's its end. */
const logBytes = { evaluation: 512 * 1024, build: 64 * 1024 };

/** What an evaluation of the build's commit says of it now. @throws {PortError} Typhon could not be asked */
export async function readBuild(
  follow: Follow,
  evaluation: EvaluationInfo,
  sources: Sources,
): Promise<BuildReport> {
  const { stream, commit, attempt, cachePaths } = follow.build;
  const of = { stream, commit, attempt };
  switch (evaluation.status.kind) {
    case 'pending':
      return { ...of, phase: 'started', jobs: [], error: null };
    case 'cancelled': {
      const message = 'the evaluation was cancelled in Typhon';
      return {
        ...of,
        phase: 'finished',
        jobs: [],
        error: { kind: 'cancelled', message, paths: [] },
      };
    }
    case 'failure': {
      const log = await sources.api.log('evaluations', evaluation.handle, logBytes.evaluation);
      const gone = await sources.store.missing(cachePaths).catch(() => []);
      return { ...of, phase: 'finished', jobs: [], error: failureOf(log, cachePaths, gone) };
    }
    case 'success': {
      const told = await sources.called.of(commit);
      const jobs: JobResult[] = [];
      for (const { name, job } of evaluation.jobs) {
        const seen = { name, job, created: evaluation.time_created, told };
        jobs.push(await readJob(follow, seen, sources));
      }
      const isOver = jobs.every((job) => job.state !== 'pending');
      return { ...of, phase: isOver ? 'finished' : 'started', jobs, error: null };
    }
  }
}

interface Job {
  readonly name: string;
  readonly job: JobInfo;
  /** When it was evaluated, seconds since the epoch. */
  readonly created: number;
  /** By derivation: what `end` actions have told of the commit. */
  readonly told: Readonly<Record<string, Outputs>>;
}

async function readJob(follow: Follow, seen: Job, sources: Sources): Promise<JobResult> {
  const { name, job } = seen;
  const build = job.last_run?.build ?? null;
  const result: JobResult = {
    name,
    state: 'pending',
    drv: derivationPath.safeParse(job.drv).data ?? null,
    outputs: {},
    built: null,
    milliseconds: null,
    url: build === null ? null : sources.api.logUrl(build.handle),
    error: null,
  };
  if (build === null || build.status.kind === 'pending') return result;
  const ended = { ...result, ...timesOf(build.status, seen.created), state: build.status.kind };
  switch (build.status.kind) {
    case 'success': {
      const outputs = await outputsOf(follow, seen, sources);
      return outputs === null ? result : { ...ended, outputs };
    }
    case 'failure':
      return { ...ended, error: await errorOf(follow, build.handle, sources) };
    case 'cancelled':
      return ended;
  }
}

/** A build that was over before its commit was evaluated is an older one's: nothing was built for this one. */
function timesOf(
  { start, end }: TaskStatus,
  created: number,
): Pick<JobResult, 'built' | 'milliseconds'> {
  if (start === null || end === null) return { built: null, milliseconds: null };
  if (end < created) return { built: false, milliseconds: 0 };
  return { built: null, milliseconds: Math.max(0, end - start) * 1000 };
}

/**
 * The outputs of a job that succeeded, by name; never what Typhon calls `out`, which is any one of them (C11).
 * @returns null: wait, they may yet be told. Nothing: nobody will tell.
 */
async function outputsOf(
  follow: Follow,
  { name, job, told }: Job,
  { store, patience, now }: Sources,
): Promise<Outputs | null> {
  const { drv } = job;
  const known = follow.outputs.get(drv);
  if (known !== undefined) return known;
  const learned = (await store.outputsOf(drv)) ?? (Object.hasOwn(told, drv) ? told[drv] : null);
  if (learned !== null && learned !== undefined) {
    follow.outputs.set(drv, learned);
    return learned;
  }
  // The `end` action tells before it is over.
  const end = job.last_run?.end ?? null;
  if (end !== null) return end.status.kind === 'pending' ? null : {};
  // It is spawned after the build is said to have ended; unless Typhon was restarted just then.
  const since = follow.endless.get(name) ?? now();
  follow.endless.set(name, since);
  return now() - since >= patience ? {} : null;
}

/** Without its log, which may be lost, a job that failed has still failed. */
async function errorOf(follow: Follow, build: string, { api }: Sources): Promise<string | null> {
  const known = follow.errors.get(build);
  if (known !== undefined) return known === '' ? null : known;
  const log = await api.log('builds', build, logBytes.build).catch(() => null);
  if (log === null) return null;
  const text = lastLines(plainText(log));
  follow.errors.set(build, text);
  return text === '' ? null : text;
}

/** The handles of all builds and `end` actions. */
export function tasksOf({ jobs }: EvaluationInfo): ReadonlySet<string> {
  return new Set(
    jobs.flatMap(({ job }) =>
      [job.last_run?.build, job.last_run?.end].flatMap((task) => task?.handle ?? []),
    ),
  );
}
