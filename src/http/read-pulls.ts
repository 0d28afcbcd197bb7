import { sql } from 'kysely';
import type { LogDatabase } from '../log/database.ts';
import type { BuildRow, PullRow } from '../log/schema.ts';
import { type LoggedEvent, loggedEvent } from '../log/stored-event.ts';
import { badRequest } from './http-error.ts';

/** A row of `pulls`, and why it is not acted on. */
export type ListedPull = PullRow & { readonly held: string | null };

export function pulls(db: LogDatabase) {
  return db
    .selectFrom('pulls')
    .leftJoin('snapshots', 'snapshots.stream', 'pulls.stream')
    .selectAll('pulls')
    .select('snapshots.held');
}

export interface PullFilter {
  readonly forge?: string | undefined;
  readonly repository?: string | undefined;
  /** A state, `merging` or `merging.pushing`; or `open`: whatever is neither closed nor gone. */
  readonly state?: string | undefined;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

/** Pull requests and branches, newest first: in the order in which they came to be known, which never changes. */
export async function listPulls(
  db: LogDatabase,
  filter: PullFilter,
): Promise<{ rows: ListedPull[]; next: string | null }> {
  let query = pulls(db);
  const { forge, repository, state, limit, after } = filter;
  if (forge !== undefined) query = query.where('pulls.forge', '=', forge);
  if (repository !== undefined) query = query.where('pulls.repository', '=', repository);
  if (state === 'open') query = query.where('pulls.state', 'not in', ['closed', 'gone']);
  else if (state !== undefined)
    query = query.where((row) =>
      row.or([
        row('pulls.state', '=', state),
        sql<boolean>`substr(pulls.state, 1, ${state.length + 1}) = ${`${state}.`}`,
      ]),
    );
  if (after !== undefined) {
    const [, openedAt, stream] = /^([0-9]{1,15})-(.+)$/s.exec(after) ?? [];
    if (openedAt === undefined || stream === undefined)
      throw badRequest('after: not the `next` of an earlier page');
    const at = Number(openedAt);
    query = query.where((row) =>
      row.or([
        row('pulls.opened_at', '<', at),
        row.and([row('pulls.opened_at', '=', at), row('pulls.stream', '<', stream)]),
      ]),
    );
  }
  const rows = await query
    .orderBy('pulls.opened_at', 'desc')
    .orderBy('pulls.stream', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page,
    next: rows.length > limit && last !== undefined ? `${last.opened_at}-${last.stream}` : null,
  };
}

/** Newest first. */
export async function readBuilds(
  db: LogDatabase,
  stream: string,
  limit: number,
): Promise<BuildRow[]> {
  return db
    .selectFrom('builds')
    .selectAll()
    .where('stream', '=', stream)
    .orderBy('attempt', 'desc')
    .limit(limit)
    .execute();
}

/** Events after a version, oldest first; or the last ones before a version, newest first. */
export async function readEvents(
  db: LogDatabase,
  stream: string,
  range: { readonly after: number } | { readonly before: number },
  limit: number,
): Promise<LoggedEvent[]> {
  const events = db.selectFrom('events').selectAll().where('stream', '=', stream).limit(limit);
  const rows = await ('after' in range
    ? events.where('version', '>', range.after).orderBy('version')
    : events.where('version', '<', range.before).orderBy('version', 'desc')
  ).execute();
  return rows.map(loggedEvent);
}
