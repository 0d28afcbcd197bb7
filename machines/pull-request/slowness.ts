import type { JobResult } from '../build.ts';
import { builtWarm, type Carried, heldFor } from '../carried.ts';

/** A job's record, kept only while there is something to remember. */
interface Slow {
  /** How many of its incremental builds in a row took longer than its last cold one. */
  readonly inARow: number;
  /** How many of its builds are still to be cold. */
  readonly coldFor: number;
}

/** Job name to its record: never more than the newest build has jobs. */
export type Slowness = Readonly<Record<string, Slow>>;

/** One slow build, or two, may be a busy machine's; three in a row are the cache's. */
export const slowLimit = 3;

/**
 * How many builds of a job are cold before its cache is tried again. Of eleven builds one is then slower than it need
 * be, while a job whose sources have changed their ways gets its cache back within one pull request's life.
 */
export const coldSpell = 10;

/**
 * What a build tells of the jobs' caches (C19). A job that has been cold for its spell is tried once: a single slow build
 * is enough then to send it back.
 */
export function afterTiming(slow: Slowness, used: Carried, jobs: readonly JobResult[]): Slowness {
  const warm = new Set(builtWarm(used, jobs));
  const kept = jobs.flatMap((job): [string, Slow][] => {
    const was = slownessOf(slow, job.name);
    const now = warm.has(job) ? afterWarm(was, job, used) : afterOther(was, job, used);
    return now.inARow === 0 && now.coldFor === 0 ? [] : [[job.name, now]];
  });
  return Object.fromEntries(kept);
}

/** The jobs that the next overlay leaves cold. */
export function coldSpells(slow: Slowness): string[] {
  return Object.keys(slow).filter((job) => slownessOf(slow, job).coldFor > 0);
}

function slownessOf(slow: Slowness, job: string): Slow {
  return (Object.hasOwn(slow, job) ? slow[job] : undefined) ?? { inARow: 0, coldFor: 0 };
}

function afterWarm(was: Slow, job: JobResult, used: Carried): Slow {
  const cold = heldFor(used, job.name)?.coldMilliseconds ?? null;
  if (job.state !== 'success' || job.milliseconds === null || cold === null) return was;
  if (job.milliseconds <= cold) return { inARow: 0, coldFor: 0 };
  const inARow = was.inARow + 1;
  return inARow < slowLimit
    ? { inARow, coldFor: 0 }
    : { inARow: slowLimit - 1, coldFor: coldSpell };
}

/** A job that was left cold has served one of its spell, if anything was built. */
function afterOther(was: Slow, job: JobResult, used: Carried): Slow {
  const isServed = job.built !== false && heldFor(used, job.name) === undefined;
  return isServed && was.coldFor > 0 ? { ...was, coldFor: was.coldFor - 1 } : was;
}
