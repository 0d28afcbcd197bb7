import { sql, type SqlBool } from 'kysely';
import type { LogDatabase } from './database.ts';
import type { FoldRow } from './refold.ts';

/** An event's columns that folding takes, and whose it is. */
export type StreamRow = FoldRow & { readonly stream: string };

/** Streams from one name to another, both included, in the database's own order. */
export interface StreamRange {
  readonly from: string;
  readonly to: string;
}

/**
 * The events of a range of streams, stream by stream and in order, some at a time: however long the log is, or one
 * stream of it, no more than a page of it is in memory.
 */
export async function* eventPages(
  db: LogDatabase,
  { from, to }: StreamRange,
  size = 1000,
): AsyncGenerator<StreamRow[]> {
  let last = { stream: from, version: -1 };
  for (;;) {
    const page = await db
      .selectFrom('events')
      .select(['stream', 'version', 'type', 'data', 'meta', 'state', 'recorded_at'])
      // As a pair, so that one index leads straight to the page.
      .where(sql<SqlBool>`(stream, version) > (${last.stream}, ${last.version})`)
      .where('stream', '<=', to)
      .orderBy('stream')
      .orderBy('version')
      .limit(size)
      .execute();
    if (page.length > 0) yield page;
    const end = page.at(-1);
    if (end === undefined || page.length < size) return;
    last = end;
  }
}

/** Cuts the log into ranges of about `size` events; no stream is cut. */
export async function* streamRanges(db: LogDatabase, size: number): AsyncGenerator<StreamRange> {
  let after = '';
  for (;;) {
    const rest = db.selectFrom('events').select('stream').where('stream', '>', after);
    const first = await rest.orderBy('stream').limit(1).executeTakeFirst();
    if (first === undefined) return;
    const cut = await rest
      .orderBy('stream')
      .orderBy('version')
      .offset(size - 1)
      .limit(1)
      .executeTakeFirst();
    if (cut === undefined) {
      const end = await rest.orderBy('stream', 'desc').limit(1).executeTakeFirst();
      yield { from: first.stream, to: end?.stream ?? first.stream };
      return;
    }
    yield { from: first.stream, to: cut.stream };
    after = cut.stream;
  }
}
