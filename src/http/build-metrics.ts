import { Counter, Histogram, type Registry } from 'prom-client';
import { z } from 'zod';
import { coldText } from '../../machines/describe.ts';
import type { Service } from '../service.ts';

/** What of a job says how it began, and ended. */
const shownJobs = z.array(z.object({ reason: z.string(), state: z.string() }));

/**
 * Counts builds by verdict and by how they began, takes their time, and counts jobs by whether they were built: what
 * the cache is worth.
 * @returns a function that ends it
 */
export function countBuilds({ engine, log }: Service, registry: Registry): () => void {
  const builds = new Counter({
    name: 'orthrus_builds_total',
    help: 'Results of builds, by verdict and by start: warm, cold, mixed, or none where no job was known',
    labelNames: ['verdict', 'start'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'orthrus_build_duration_seconds',
    help: 'From a build being asked for to its result, by verdict and by start',
    labelNames: ['verdict', 'start'],
    buckets: [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600],
    registers: [registry],
  });
  const jobs = new Counter({
    name: 'orthrus_jobs_total',
    help: 'Jobs of finished builds, by state and by whether anything was built: yes, no, unknown',
    labelNames: ['state', 'built'],
    registers: [registry],
  });
  const misled = new Counter({
    name: 'orthrus_incremental_failures_total',
    help: 'Jobs that failed from their cache and succeeded without it (C17)',
    registers: [registry],
  });
  const countResult = async (stream: string, attempt: number): Promise<void> => {
    const row = await log.db
      .selectFrom('builds')
      .select(['verdict', 'jobs', 'asked_at', 'finished_at'])
      .where('stream', '=', stream)
      .where('attempt', '=', attempt)
      .executeTakeFirst();
    if (row === undefined || row.verdict === null) return;
    const shown = shownJobs.parse(JSON.parse(row.jobs));
    const start = startOf(shown.map(({ reason }) => reason));
    misled.inc(
      shown.filter(
        ({ reason, state }) => state === 'success' && reason === coldText['incremental-failed'],
      ).length,
    );
    builds.inc({ verdict: row.verdict, start });
    if (row.finished_at !== null)
      durations.observe(
        { verdict: row.verdict, start },
        Math.max(0, row.finished_at - row.asked_at) / 1000,
      );
  };
  return engine.listen(({ stream, handled }, event) => {
    if (event.type !== 'build.finished' || !handled) return;
    for (const { state, built } of event.jobs)
      jobs.inc({ state, built: built === null ? 'unknown' : built ? 'yes' : 'no' });
    countResult(stream, event.attempt).catch((error: unknown) => {
      engine.options.logger.warn({ err: error, stream }, 'a build was not counted');
    });
  });
}

function startOf(jobReasons: readonly string[]): 'warm' | 'cold' | 'mixed' | 'none' {
  const cold = jobReasons.filter((reason) => reason.startsWith('cold')).length;
  if (jobReasons.length === 0) return 'none';
  if (cold === 0) return 'warm';
  return cold === jobReasons.length ? 'cold' : 'mixed';
}
