import type { BuildError, JobResult } from './build.ts';
import { type Carried, type ColdReason, heldFor, type Origin } from './carried.ts';

/** GitHub cuts a description at 140 characters. */
export const descriptionLimit = 140;

export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}

/** Cuts to `limit` characters (by code point, so that no half of one is left), with an ellipsis. One line only. */
export function clip(text: string, limit: number = descriptionLimit): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= limit) return line;
  const points = [...line];
  return points.length <= limit ? line : `${points.slice(0, limit - 1).join('')}…`;
}

/** `840 ms`, `41 s`, `6 min 12 s`, `2 h 5 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** Of the last lines of a log, the one that says what went wrong: the first that speaks of an error, else the last. */
export function errorLine(log: string): string {
  const lines = log.split('\n').map((line) => line.trim());
  return (
    lines.find((line) => /\berror\b/i.test(line)) ?? lines.findLast((line) => line !== '') ?? ''
  );
}

export function listed(names: readonly string[]): string {
  const [first, second, ...more] = names;
  if (first === undefined) return '';
  if (second === undefined) return first;
  return more.length === 0
    ? `${first} and ${second}`
    : `${first}, ${second} and ${more.length} more`;
}

/** What a build came to. */
export interface Verdict {
  readonly state: 'success' | 'failure' | 'error';
  readonly description: string;
}

/** Where a job's cache was from, in words (C18). */
export function originText(of: Origin): string {
  return of.kind === 'pull'
    ? `from #${of.number}'s build of ${shortSha(of.commit)}`
    : `from ${of.name} at ${shortSha(of.commit)}`;
}

/** Why a job is cold, in words (C18). */
export const coldText: Record<ColdReason, string> = {
  'nothing-built-before': 'cold: nothing built before',
  'path-collected': 'cold: path collected',
  'force-push': 'cold: force-push',
  'asked-for': 'cold: asked for',
  'incremental-failed': 'cold: its incremental build failed',
  'slower-with-cache': 'cold: its incremental builds were slower',
  label: 'cold: the label asks for it',
  check: 'cold: it checks the incremental builds',
};

/** Why a job was not built, warm or cold (C18). */
export function jobReason(
  used: Carried,
  cold: { readonly jobs: Readonly<Record<string, ColdReason>>; readonly others: ColdReason },
  job: JobResult,
): string {
  const held = heldFor(used, job.name);
  if (held === undefined)
    return coldText[
      (Object.hasOwn(cold.jobs, job.name) ? cold.jobs[job.name] : undefined) ?? cold.others
    ];
  if (held.entry.drv !== null && held.entry.drv === job.drv)
    return `unchanged; ${originText(held.origin)}`;
  return originText(held.origin);
}

/**
 * The verdict of a finished build, in the words of its status: which jobs failed (C1), the first lines of an
 * evaluation's error (C2), that it was cancelled (C9), how long it took and what was built.
 */
export function verdictOf(
  jobs: readonly JobResult[],
  error: BuildError | null,
  of: {
    readonly used: Carried;
    readonly milliseconds: number | null;
    /** Jobs that are tried once more without their cache, and those that this build tried so (C17). */
    readonly retrying?: readonly string[];
    readonly retried?: readonly string[];
  },
): Verdict {
  if (error !== null) return { state: 'error', description: clip(errorText(error)) };
  const named = (state: JobResult['state']): string[] =>
    jobs.filter((job) => job.state === state).map((job) => job.name);
  const failed = named('failure');
  const { retrying = [], retried = [] } = of;
  if (retrying.length > 0)
    return {
      state: 'failure',
      description: clip(
        `${listed(failed)} failed${failed.length === retrying.length ? '' : `, ${listed(retrying)}`} incrementally; tried once more without the cache`,
      ),
    };
  if (failed.length > 0 && failed.every((name) => retried.includes(name)))
    return {
      state: 'failure',
      description: clip(`${listed(failed)} failed, without the cache too`),
    };
  if (failed.length > 0) {
    const kept = failed.filter((name) => heldFor(of.used, name) !== undefined);
    const note =
      kept.length === 0
        ? ''
        : kept.length < failed.length
          ? `; the cache of ${listed(kept)} is kept`
          : kept.length === 1
            ? '; its cache is kept'
            : '; their caches are kept';
    return { state: 'failure', description: clip(`${listed(failed)} failed${note}`) };
  }
  const broken = named('error');
  if (broken.length > 0)
    return {
      state: 'error',
      description: clip(`${listed(broken)} could not be built: the CI failed`),
    };
  const cancelled = [...named('cancelled'), ...named('pending')];
  if (cancelled.length > 0)
    return { state: 'error', description: clip(`cancelled by the CI: ${listed(cancelled)}`) };
  const success = successText(jobs, of);
  return {
    state: 'success',
    description: clip(
      retried.length === 0
        ? success
        : `${success}; the incremental build of ${listed(retried)} had failed`,
    ),
  };
}

function errorText(error: BuildError): string {
  switch (error.kind) {
    case 'evaluation':
      return `evaluation failed: ${error.message}`;
    case 'missing-path':
      return `a cache path is gone: ${error.paths.join(', ')}`;
    case 'cancelled':
      return error.message === '' ? 'cancelled by the CI' : `cancelled by the CI: ${error.message}`;
    case 'infrastructure':
      return `the CI failed: ${error.message}`;
  }
}

function successText(
  jobs: readonly JobResult[],
  of: { readonly used: Carried; readonly milliseconds: number | null },
): string {
  const built = jobs.filter((job) => job.built !== false);
  const time = of.milliseconds === null ? '' : `${duration(of.milliseconds)}, `;
  if (built.length === 0)
    return jobs.length === 0
      ? `${time}no jobs`
      : `${time}nothing to build (${jobs.length} already built)`;
  const warm = built.filter((job) => heldFor(of.used, job.name) !== undefined);
  const count = `${built.length} of ${jobs.length} jobs built`;
  if (warm.length === 0) return `${time}cold; ${count}`;
  const cold = warm.map((job) => heldFor(of.used, job.name)?.coldMilliseconds ?? null);
  const known = cold.every((value) => value !== null);
  const before = known
    ? ` (cold took ${duration(cold.reduce((sum, value) => sum + value, 0))})`
    : '';
  return `${time}${warm.length === built.length ? 'warm' : 'partly warm'}${before}; ${count}`;
}

/** A verdict with what else there is to say; the verdict is cut before the notes are. */
export function withNotes(description: string, notes: readonly string[]): string {
  if (notes.length === 0) return clip(description);
  const said = clip(notes.join('; '), 90);
  return clip(`${clip(description, descriptionLimit - [...said].length - 2)}; ${said}`);
}
