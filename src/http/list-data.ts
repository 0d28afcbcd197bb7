import { z } from 'zod';
import type { JobCounts, ListBuild, ListData, ListRow } from '../dashboard/list/list-data.ts';
import { waitsFor } from '../engine/waits-for.ts';
import type { LogDatabase } from '../log/database.ts';
import { readStandings } from '../log/standings.ts';
import type { Links } from './links.ts';
import { nameOf } from './pull-json.ts';
import { type ListedPull, recentPulls } from './read-pulls.ts';

/** What of a job tells how it began. */
const shownJobs = z.array(z.object({ built: z.boolean().nullable(), reason: z.string() }));

export interface ListSource {
  readonly db: LogDatabase;
  readonly machineVersion: string;
  readonly links: Links;
  readonly now: number;
}

/** The list, as its page shows it. */
export async function listData(of: ListSource): Promise<ListData> {
  const pulls = await recentPulls(of.db, 100);
  const standings = await readStandings(of, pulls);
  const builds = await newestBuilds(of.db, pulls);
  const rows = pulls.map((pull): ListRow => {
    const standing = standings.get(pull.stream);
    return {
      ...rowOf(pull, of.links),
      waitsFor: standing === undefined ? null : waitsFor(standing, of.now),
      build: builds.get(pull.stream) ?? null,
    };
  });
  return { rows };
}

function rowOf(pull: ListedPull, links: Links): Omit<ListRow, 'waitsFor' | 'build'> {
  const { stream, kind, title, author, state, head, verdict, description, version } = pull;
  return {
    stream,
    kind,
    name: nameOf(pull),
    shortName: pull.number === null ? `@${pull.branch ?? ''}` : `#${pull.number}`,
    repository: `${pull.forge}:${pull.repository}`,
    page: links.pull(pull),
    title,
    author,
    state,
    held: pull.held !== null,
    head,
    verdict,
    description,
    version,
    updatedAt: pull.updated_at,
  };
}

async function newestBuilds(
  db: LogDatabase,
  pulls: readonly ListedPull[],
): Promise<ReadonlyMap<string, ListBuild>> {
  const rows = await db
    .selectFrom('builds')
    .select(['stream', 'asked_at', 'started_at', 'finished_at', 'jobs'])
    .where(
      'stream',
      'in',
      pulls.map(({ stream }) => stream),
    )
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
