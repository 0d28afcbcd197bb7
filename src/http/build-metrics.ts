import { Counter, type Registry } from 'prom-client';
import { z } from 'zod';
import { coldText } from '../../machines/describe.ts';
import type { Service } from '../service.ts';

/** What of a job says how it began, and ended. */
const shownJobs = z.array(z.object({ reason: z.string(), state: z.string() }));

/**
 * Counts builds by verdict and by how they began, and jobs by whether they were built: what the cache is worth.
 * @returns a function that ends it
 */
export function countBuilds({ engine, log }: Service, registry: Registry): () => void {
  const builds = new Counter({
    name: 'orthrus_builds_total',
    help: 'Results of builds, by verdict and by start: warm, cold, mixed, or none where no job was known',
    labelNames: ['verdict', 'start'],
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
      .select(['verdict', 'jobs'])
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
