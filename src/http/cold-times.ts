import { coldBuildsCounted, coldTimeOf } from '../dashboard/shared/saved.ts';
import type { LogDatabase } from '../log/database.ts';
import type { PullRow } from '../log/schema.ts';
import { jobsOf } from '../log/build-jobs.ts';
import { readBuilds } from './read-pulls.ts';

/** Of a repository with more branches that are built as themselves, so many tell of cold builds. */
const mostBranches = 20;
/** Of how many builds of a stream the cold ones are looked for. */
const buildsLookedAt = 30;

/**
 * How long the last cold builds of each job took, newest first: this pull request's own, and those of the branches that
 * are built as themselves, where most cold builds are.
 */
export async function coldTimes(
  db: LogDatabase,
  row: PullRow,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const branches = await db
    .selectFrom('pulls')
    .select('stream')
    .where('forge', '=', row.forge)
    .where('repository', '=', row.repository)
    .where('number', 'is', null)
    .where('stream', '!=', row.stream)
    .limit(mostBranches)
    .execute();
  const lists = await Promise.all(
    [row, ...branches].map(({ stream }) => readBuilds(db, stream, buildsLookedAt)),
  );
  const finished = lists
    .flat()
    .filter((build) => build.finished_at !== null)
    .toSorted((a, b) => (b.finished_at ?? 0) - (a.finished_at ?? 0));
  const times = new Map<string, number[]>();
  for (const build of finished)
    for (const job of jobsOf(build)) {
      const time = coldTimeOf(job);
      const known = times.get(job.name) ?? [];
      if (time === null || known.length === coldBuildsCounted) continue;
      times.set(job.name, [...known, time]);
    }
  return times;
}
