import type { JobResult } from '../../machines/build.ts';
import { clip, duration, shortSha } from '../../machines/describe.ts';
import { type Snapshot, stateText } from '../../machines/fold.ts';
import { current, type Purpose } from '../../machines/pull-request/context.ts';
import type { EffectRow } from '../log/schema.ts';

/** All that the sentence is made from. */
export interface Waiting {
  readonly snapshot: Snapshot;
  /** Why the stream is not acted on (G4). */
  readonly held: string | null;
  /** What is still to be carried out, and the timers that are set. */
  readonly pending: readonly EffectRow[];
  /** How long the last finished build took, in milliseconds. */
  readonly lastTook?: number | null;
  /** Until when a lane rests (rate limits), milliseconds since the epoch. */
  readonly resting?: ReadonlyMap<string, number>;
}

/**
 * What a pull request or a branch waits for, and why, in one sentence: what is being done, how far it is, since when,
 * what comes next, and what has gone wrong on the way. Null when nothing is waited for. It may hold other people's text:
 * whoever shows it makes it harmless.
 */
export function waitsFor(of: Waiting, now: number): string | null {
  if (of.held !== null)
    return `held until somebody accepts what this version makes of its log (${of.held})`;
  const said = doing(of, now);
  const parts = [said === null ? null : said.now, troubleOf(of, now), said?.next ?? null];
  const sentence = parts.filter((part) => part !== null).join('; ');
  return sentence === '' ? null : sentence;
}

interface Doing {
  readonly now: string;
  /** What comes next, if this goes well. */
  readonly next: string | null;
}

function doing(of: Waiting, now: number): Doing | null {
  const { snapshot } = of;
  const { context } = snapshot;
  const head = context.head === null ? 'it' : shortSha(context.head);
  const step = (what: string, effect: EffectRow['type'], next: string): Doing => ({
    now: `${what}${since(askedAt(of, effect), now)}`,
    next: `next: ${next}`,
  });
  switch (stateText(snapshot.value)) {
    case 'merging.fetching':
      return step(`fetching ${head}`, 'head.fetch', 'make its overlay');
    case 'merging.pushing':
      return step(`pushing the overlay of ${head}`, 'overlay.push', 'build it');
    case 'building':
      return building(of, now);
    case 'caching':
      return step(`recording the cache of ${head}`, 'cache.record', 'report the verdict');
    case 'reporting': {
      const left = context.statuses.filter(({ delivery }) => delivery === 'asked').length;
      const what = context.verdict === null ? 'the verdict' : context.verdict.state;
      const count = left > 1 ? `, ${left} statuses left` : '';
      return {
        now: `reporting ${what} on ${head}${count}${since(askedAt(of, 'status.publish'), now)}`,
        next: afterReport(snapshot),
      };
    }
    case 'blocked': {
      const why = snapshot.kind === 'pull' ? snapshot.context.blocked?.message : null;
      const retry = timer(of, 'retry');
      return {
        now: `blocked${why == null ? '' : `: ${why}`}`,
        next:
          retry === null
            ? 'next: a push, or a rebuild'
            : `next: tried again ${inTime(retry.run_at, now)}`,
      };
    }
    case 'awaitingApproval':
      return {
        now: `waiting for somebody who may write to approve ${head}`,
        next: 'next: build it',
      };
    case 'draft':
      return { now: 'waiting for its author to mark it ready for review', next: 'next: build it' };
    case 'closing':
      return {
        now: `deleting the cache branch${since(askedAt(of, 'branch.delete'), now)}`,
        next: null,
      };
    default:
      return null;
  }
}

interface Build {
  readonly head: string;
  readonly startedAt: number | null;
  readonly purpose: Purpose;
}

function buildOf(snapshot: Snapshot): Build | null {
  if (snapshot.kind === 'pull') return current(snapshot.context);
  const { build } = snapshot.context;
  return build === null ? null : { ...build, head: build.commit, purpose: { kind: 'build' } };
}

function building(of: Waiting, now: number): Doing | null {
  const { snapshot } = of;
  const build = buildOf(snapshot);
  if (build === null) return null;
  const what = `${shortSha(build.head)}${purposeText(build.purpose)}`;
  const next = snapshot.kind === 'pull' ? 'next: record the cache' : 'next: report the verdict';
  if (build.startedAt !== null) {
    const last = of.lastTook == null ? '' : ` (the last took ${rough(of.lastTook)})`;
    const { jobs } = snapshot.context;
    return { now: `building ${what}${progress(jobs)}${since(build.startedAt, now)}${last}`, next };
  }
  const asked = askedAt(of, 'build.start');
  if (asked !== null) return { now: `asking the CI to build ${what}${since(asked, now)}`, next };
  const deadline = timer(of, 'start');
  const given = deadline === null ? '' : ` (given up ${inTime(deadline.run_at, now)})`;
  return {
    now: `waiting for the CI to start the build of ${what}${since(deadline?.asked_at ?? null, now)}${given}`,
    next,
  };
}

function purposeText(purpose: Purpose): string {
  switch (purpose.kind) {
    case 'build':
      return '';
    case 'retry':
      return ' once more, without the cache';
    case 'check':
      return ' clean, to check the incremental builds';
  }
}

/** `, 2 of 3 jobs done, hello failed`; the CI may not have told yet how many there are. */
function progress(jobs: readonly JobResult[]): string {
  if (jobs.length === 0) return '';
  const done = jobs.filter((job) => job.state !== 'pending');
  const failed = done.filter((job) => job.state === 'failure' || job.state === 'error');
  const [first] = failed;
  const names =
    first === undefined
      ? ''
      : failed.length === 1
        ? `, ${clip(first.name, 40)} failed`
        : `, ${failed.length} failed`;
  return `, ${done.length} of ${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'} done${names}`;
}

function afterReport(snapshot: Snapshot): string | null {
  if (snapshot.kind === 'branch')
    return snapshot.context.head === snapshot.context.build?.commit
      ? null
      : 'next: build what was pushed meanwhile';
  const { retry } = snapshot.context;
  if (retry === null) return null;
  const names = retry.map((name) => clip(name, 40)).join(', ');
  return `next: build ${names} once more, without the cache`;
}

/** What keeps failing, or has to rest: the first of what is pending. */
function troubleOf(of: Waiting, now: number): string | null {
  for (const row of of.pending) {
    if (row.kind !== 'effect') continue;
    const until = of.resting?.get(row.lane) ?? 0;
    if (until > now) return `${row.type} rests until a rate limit ends, ${inTime(until, now)}`;
    if (row.last_error !== null)
      return `${row.type} failed ${times(row.attempts)} and is tried again ${inTime(row.run_at, now)}: ${clip(row.last_error, 200)}`;
  }
  return null;
}

function askedAt(of: Waiting, type: EffectRow['type']): number | null {
  return of.pending.find((row) => row.type === type)?.asked_at ?? null;
}

function timer(of: Waiting, name: 'start' | 'finish' | 'retry'): EffectRow | null {
  return of.pending.find((row) => row.kind === 'timer' && row.type === `timer.${name}`) ?? null;
}

/** Nothing for what has only just begun. */
function since(at: number | null, now: number): string {
  return at === null || now - at < 1000 ? '' : `, since ${rough(now - at)}`;
}

function inTime(at: number, now: number): string {
  return at > now ? `in ${rough(at - now)}` : 'now';
}

/** As people say it: no seconds beside minutes, none of minutes beside hours. */
function rough(milliseconds: number): string {
  const unit = milliseconds >= 3_600_000 ? 3_600_000 : milliseconds >= 60_000 ? 60_000 : 1000;
  if (milliseconds < unit) return duration(milliseconds);
  return duration(Math.round(milliseconds / unit) * unit);
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}
