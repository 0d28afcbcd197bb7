import type { ListData, ListNews, ListRow } from '../dashboard/list/list-data.ts';
import { type ListQuery, type Show, shows } from '../dashboard/list/list-query.ts';
import { waitsFor } from '../engine/waits-for.ts';
import type { LogDatabase } from '../log/database.ts';
import type { PullRow } from '../log/schema.ts';
import { readStandings } from '../log/standings.ts';
import type { Links } from './links.ts';
import { newestBuilds } from './list-builds.ts';
import { isShown, isWanted } from './list-filter.ts';
import { cursorOf, isAfter, orders } from './list-order.ts';
import { nameOf } from './pull-json.ts';

export interface ListSource {
  readonly db: LogDatabase;
  readonly machineVersion: string;
  readonly links: Links;
  readonly now: () => number;
}

/** How many rows a page has. */
const pageSize = 100;

/** A page of the list. Search and filters run in the database; only what is shown is read in full. */
export async function listData(of: ListSource, query: ListQuery): Promise<ListData> {
  let matching = of.db
    .selectFrom('pulls')
    .selectAll()
    .where((row) => row.and([isShown(row, query.show), isWanted(row, query)]))
    .limit(pageSize + 1);
  if (query.after !== '') matching = matching.where((row) => isAfter(row, query.sort, query.after));
  for (const { by, descending } of orders[query.sort])
    matching = matching.orderBy(by, descending ? 'desc' : 'asc');
  const found = await matching.execute();
  const pulls = found.slice(0, pageSize);
  const last = found.length > pageSize ? pulls.at(-1) : undefined;
  return {
    query,
    rows: await rowsOf(of, pulls),
    next: last === undefined ? null : cursorOf(query.sort, last),
    counts: await countAll(of.db, query),
    repositories: await repositoriesOf(of.db),
  };
}

/** Some streams, as a list of that query shows them now. */
export async function listNews(
  of: ListSource,
  query: ListQuery,
  streams: readonly string[],
): Promise<ListNews> {
  const pulls = await of.db
    .selectFrom('pulls')
    .selectAll()
    .select((row) => row.and([isShown(row, query.show), isWanted(row, query)]).as('fits'))
    .where('stream', 'in', streams)
    .execute();
  const rows = await rowsOf(of, pulls);
  const fitting = new Set(pulls.filter(({ fits }) => Boolean(fits)).map(({ stream }) => stream));
  return {
    rows: rows.filter(({ stream }) => fitting.has(stream)),
    others: rows.filter(({ stream }) => !fitting.has(stream)),
    counts: await countAll(of.db, query),
  };
}

async function rowsOf(of: ListSource, pulls: readonly PullRow[]): Promise<ListRow[]> {
  if (pulls.length === 0) return [];
  const streams = pulls.map(({ stream }) => stream);
  const standings = await readStandings(of, pulls);
  const builds = await newestBuilds(of.db, streams);
  const now = of.now();
  return pulls.map((pull) => {
    const standing = standings.get(pull.stream);
    return {
      stream: pull.stream,
      kind: pull.kind,
      name: nameOf(pull),
      page: of.links.pull(pull),
      title: pull.title,
      author: pull.author,
      state: pull.state,
      held: standing !== undefined && standing.held !== null,
      waitsFor: standing === undefined ? null : waitsFor(standing, now),
      head: pull.head,
      verdict: pull.verdict,
      description: pull.description,
      version: pull.version,
      updatedAt: pull.updated_at,
      build: builds.get(pull.stream) ?? null,
    };
  });
}

async function countAll(db: LogDatabase, query: ListQuery): Promise<ListData['counts']> {
  const counted = await db
    .selectFrom('pulls')
    .select((row) =>
      shows.map((show) =>
        row.fn
          .sum<number | null>(row.case().when(isShown(row, show)).then(1).else(0).end())
          .as(show),
      ),
    )
    .where((row) => isWanted(row, query))
    .executeTakeFirst();
  const count = (show: Show): number => counted?.[show] ?? 0;
  return {
    all: count('all'),
    open: count('open'),
    waiting: count('waiting'),
    building: count('building'),
    failing: count('failing'),
    closed: count('closed'),
  };
}

async function repositoriesOf(db: LogDatabase): Promise<string[]> {
  const rows = await db
    .selectFrom('pulls')
    .select(['forge', 'repository'])
    .distinct()
    .orderBy('forge')
    .orderBy('repository')
    .execute();
  return rows.map(({ forge, repository }) => `${forge}:${repository}`);
}
