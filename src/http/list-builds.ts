import { z } from 'zod';
import type { JobCounts, ListBuild } from '../dashboard/list/list-data.ts';
import type { LogDatabase } from '../log/database.ts';

/** What of a job tells how it began. */
const shownJobs = z.array(z.object({ built: z.boolean().nullable(), reason: z.string() }));

/** The newest build of each stream. */
export async function newestBuilds(
  db: LogDatabase,
  streams: readonly string[],
): Promise<ReadonlyMap<string, ListBuild>> {
  const rows = await db
    .selectFrom('builds')
    .select(['stream', 'asked_at', 'started_at', 'finished_at', 'verdict', 'jobs'])
    .where('stream', 'in', streams)
    .where('attempt', '=', (row) =>
      row
        .selectFrom('builds as newer')
        .select((newer) => newer.fn.max('newer.attempt').as('attempt'))
        .whereRef('newer.stream', '=', 'builds.stream'),
    )
    .execute();
  return new Map(
    rows.map((row) => [
      row.stream,
      {
        askedAt: row.asked_at,
        startedAt: row.started_at,
        finishedAt: row.finished_at,
        verdict: row.verdict,
        jobs: countJobs(row.jobs),
      },
    ]),
  );
}

function countJobs(text: string): JobCounts {
  const jobs = shownJobs.parse(JSON.parse(text));
  const built = jobs.filter((job) => job.built !== false);
  const cold = built.filter(({ reason }) => reason.startsWith('cold')).length;
  return { notBuilt: jobs.length - built.length, cold, warm: built.length - cold };
}
