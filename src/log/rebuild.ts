import { sql } from 'kysely';
import { parseStreamName } from '../../machines/stream.ts';
import { runCompiled } from './compiled.ts';
import type { LogDatabase } from './database.ts';
import { statesOf } from './direct.ts';
import type { EventRow } from './stored-event.ts';
import { StreamRebuild } from './stream-rebuild.ts';

export interface RebuildOptions {
  readonly machineVersion: string;
  readonly onProgress?: (events: number) => void;
}

export interface Rebuilt {
  readonly events: number;
  readonly streams: number;
  /** How many streams today's machine replays differently; they are held (G4). */
  readonly held: number;
}

/** Everything but the log itself. */
export const projections = [
  'snapshots',
  'effects',
  'lanes',
  'clock',
  'pulls',
  'builds',
  'seeds',
  'pull_seeds',
] as const;

/**
 * Makes everything anew that is a projection of the log: snapshots, read models, and the outbox with what the log shows
 * as done, done. Runs in the caller's transaction.
 */
export async function rebuild(db: LogDatabase, options: RebuildOptions): Promise<Rebuilt> {
  statesOf(db)?.clear();
  for (const table of projections)
    await runCompiled(db, `empty ${table}`, [], () => db.deleteFrom(table).compile());
  const { branches, pulls } = await streamsOf(db);
  const total = { events: 0, streams: 0, held: 0 };
  // Two branches may have built the same commit, and the last one stands among the seeds: so they go together, in the
  // order in which things happened. A pull request shares nothing with others.
  for (const group of [branches, ...pulls.map((stream) => [stream])]) {
    const folds = new Map(
      group.map((stream) => [stream, new StreamRebuild(db, stream, options.machineVersion)]),
    );
    for await (const page of pagesOf(db, group))
      for (const row of page) {
        await folds.get(row.stream)?.add(row);
        total.events += 1;
        options.onProgress?.(total.events);
      }
    for (const fold of folds.values()) {
      total.streams += 1;
      if (await fold.end()) total.held += 1;
    }
  }
  return total;
}

async function streamsOf(db: LogDatabase): Promise<{ branches: string[]; pulls: string[] }> {
  const { rows } = await runCompiled(db, 'all streams', [], () =>
    db.selectFrom('events').select('stream').distinct().orderBy('stream').compile(),
  );
  const isBranch = (stream: string): boolean => parseStreamName(stream)?.subject.kind === 'branch';
  const streams = rows.map((row) => row.stream);
  return {
    branches: streams.filter(isBranch),
    pulls: streams.filter((stream) => !isBranch(stream)),
  };
}

const pageSize = 500;

/** The events of some streams, in the order in which they were recorded. */
async function* pagesOf(db: LogDatabase, streams: readonly string[]): AsyncGenerator<EventRow[]> {
  const [only, ...more] = streams;
  if (only === undefined) return;
  let [position, version] = [0, 0];
  for (;;) {
    const page =
      more.length === 0
        ? await pageOfOne(db, only, version)
        : await pageOfMany(db, streams, position);
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    ({ position, version } = last);
  }
}

/** By the index of its own, not through the whole log. */
async function pageOfOne(db: LogDatabase, stream: string, version: number): Promise<EventRow[]> {
  const { rows } = await runCompiled(db, 'a page of a stream', [stream, version], () =>
    events(db)
      .where('stream', '=', stream)
      .where('version', '>', version)
      .orderBy('version')
      .compile(),
  );
  return rows;
}

async function pageOfMany(
  db: LogDatabase,
  streams: readonly string[],
  position: number,
): Promise<EventRow[]> {
  return events(db)
    .where('stream', 'in', streams)
    .where('position', '>', position)
    .orderBy('position')
    .execute();
}

const events = (db: LogDatabase) => db.selectFrom('events').selectAll().limit(sql.lit(pageSize));
