import { z } from 'zod';
import type { JobResult } from './build.ts';
import { type CacheEntries, cacheEntry } from './cache.ts';
import { named } from './named.ts';
import { derivationPath, storePath } from './store-path.ts';

/** Whose build left a cache: a head of this pull request, or a commit of a branch that is built as itself. */
export const origin = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pull'), number: z.number(), commit: z.string() }),
  z.object({ kind: z.literal('branch'), name: z.string(), commit: z.string() }),
]);
export type Origin = z.infer<typeof origin>;

/** An entry of `cache.nix`, with what the file does not say: where it is from, and how good it is. */
export const carriedEntry = z.object({
  entry: cacheEntry,
  origin,
  /** The newest attempt whose build left or confirmed it; 0 for a seed. Between two entries the higher one wins. */
  attempt: z.number(),
  /** How long the job's last cold build took; null when none was seen. */
  coldMilliseconds: z.number().nullable(),
});
export type CarriedEntry = z.infer<typeof carriedEntry>;

export const carried = named(carriedEntry);
/** Job name to the entry that the next overlay carries for it. */
export type Carried = z.infer<typeof carried>;

/** Why a job without an entry has none (C18). */
export type ColdReason =
  | 'nothing-built-before'
  | 'path-collected'
  | 'force-push'
  | 'asked-for'
  | 'incremental-failed'
  | 'slower-with-cache'
  | 'label'
  | 'check';

/** What a cache holds for a job. Job names are other people's: one may be called `constructor` or `__proto__` (F5). */
export function heldFor(cache: Carried, job: string): CarriedEntry | undefined {
  return Object.hasOwn(cache, job) ? cache[job] : undefined;
}

export function entriesOf(cache: Carried): CacheEntries {
  return Object.fromEntries(Object.entries(cache).map(([job, held]) => [job, held.entry]));
}

/** Every store path that a cache file of these entries names. */
export function pathsOf(cache: Carried): string[] {
  return pathsIn(entriesOf(cache));
}

export function pathsIn(entries: CacheEntries): string[] {
  const paths = Object.values(entries).flatMap(({ path, from }) =>
    from === null ? [path] : [path, from],
  );
  return [...new Set(paths)].toSorted();
}

/**
 * The entries after a build that started from `used` (design.md, "After a build"): a job whose derivation is the
 * entry's keeps it, one that succeeded with another derivation gets a new one, one that failed keeps what it had, and
 * one that is gone loses it. Where the wanted output is no store path nothing is recorded (C11, C12).
 */
export function afterBuild(
  used: Carried,
  jobs: readonly JobResult[],
  made: { readonly output: string; readonly origin: Origin; readonly attempt: number },
): Carried {
  const after = new Map<string, CarriedEntry>();
  for (const job of jobs) {
    const old = heldFor(used, job.name);
    const next = job.state === 'success' ? succeeded(old, job, made) : old;
    if (next !== undefined) after.set(job.name, next);
  }
  return Object.fromEntries(after);
}

function succeeded(
  old: CarriedEntry | undefined,
  job: JobResult,
  made: { readonly output: string; readonly origin: Origin; readonly attempt: number },
): CarriedEntry | undefined {
  if (old !== undefined && old.entry.drv !== null && old.entry.drv === job.drv)
    return { ...old, attempt: made.attempt };
  const drv = derivationPath.safeParse(job.drv);
  const path = storePath.safeParse(job.outputs[made.output]);
  if (!drv.success || !path.success) return old;
  const cold = old === undefined && job.built !== false ? job.milliseconds : null;
  return {
    entry: { drv: drv.data, from: old?.entry.path ?? null, path: path.data },
    origin: made.origin,
    attempt: made.attempt,
    coldMilliseconds: cold ?? old?.coldMilliseconds ?? null,
  };
}

/** The jobs that were built from a cache: not those whose derivation is the entry's, or was there already. */
export function builtWarm(used: Carried, jobs: readonly JobResult[]): JobResult[] {
  return jobs.filter((job) => {
    const held = heldFor(used, job.name);
    if (held === undefined || job.built === false) return false;
    return held.entry.drv === null || held.entry.drv !== job.drv;
  });
}

/** `cache`, where it does not tell how long a job's cold build takes, as `known` tells it. */
export function withColdTimes(cache: Carried, known: Carried): Carried {
  return Object.fromEntries(
    Object.entries(cache).map(([job, held]) => [
      job,
      {
        ...held,
        coldMilliseconds: held.coldMilliseconds ?? heldFor(known, job)?.coldMilliseconds ?? null,
      },
    ]),
  );
}

/** Of two caches, for each job the entry of the higher attempt; at a tie the second's. */
export function mergeByAttempt(first: Carried, second: Carried): Carried {
  const merged = new Map(Object.entries(first));
  for (const [job, held] of Object.entries(second)) {
    const rival = merged.get(job);
    if (rival === undefined || rival.attempt <= held.attempt) merged.set(job, held);
  }
  return Object.fromEntries(merged);
}

/** The entries of these jobs only. */
export function restrictTo(cache: Carried, jobs: readonly string[]): Carried {
  const names = new Set(jobs);
  return Object.fromEntries(Object.entries(cache).filter(([job]) => names.has(job)));
}

/**
 * What is left of a cache when store paths are gone (C6): an entry whose `path` is gone is dropped, one whose `from`
 * alone is gone stays incremental but can no longer be compared.
 * @returns the entries, and the jobs that lost theirs
 */
export function withoutPaths(
  cache: Carried,
  gone: readonly string[],
): { kept: Carried; dropped: string[] } {
  const lost = new Set(gone);
  const kept = new Map<string, CarriedEntry>();
  const dropped: string[] = [];
  for (const [job, held] of Object.entries(cache)) {
    if (lost.has(held.entry.path)) dropped.push(job);
    else if (held.entry.from !== null && lost.has(held.entry.from))
      kept.set(job, { ...held, entry: { drv: null, from: null, path: held.entry.path } });
    else kept.set(job, held);
  }
  return { kept: Object.fromEntries(kept), dropped };
}

/** Whether two caches would be written as the same file. */
export function sameEntries(one: CacheEntries, other: CacheEntries): boolean {
  const jobs = Object.keys(one);
  if (jobs.length !== Object.keys(other).length) return false;
  return jobs.every((job) => {
    const a = Object.hasOwn(one, job) ? one[job] : undefined;
    const b = Object.hasOwn(other, job) ? other[job] : undefined;
    return (
      a !== undefined &&
      b !== undefined &&
      a.drv === b.drv &&
      a.from === b.from &&
      a.path === b.path
    );
  });
}
