import { initialSnapshot, type Snapshot } from '../../machines/fold.ts';
import type { Engine } from '../engine/engine.ts';
import type { LogDatabase } from '../log/database.ts';
import type { PullRow } from '../log/schema.ts';
import { travel } from '../replay/time-travel.ts';
import { ActorMessages, type InspectorMessage } from './message.ts';
import { News } from './news.ts';
import type { Redact } from './redact.ts';

/** How many open pull requests and branches are there from the start; any other is when something happens to it. */
const mostAtFirst = 100;

/** A stream that has been told of, up to a version. */
interface Told {
  readonly version: number;
  readonly snapshot: Snapshot;
}

/**
 * Where all pull requests are, and from then on what happens to any of them. For one who is slow nothing is kept but the
 * names of the streams that have news: the log has the rest.
 * @param signal ends it
 */
export async function* liveRun(
  engine: Engine,
  redact: Redact,
  signal: AbortSignal,
): AsyncGenerator<InspectorMessage> {
  const { db } = engine.options;
  // Listens first, so that no event falls between.
  const news = new News(engine, signal);
  const told = new Map<string, Told>();
  try {
    for (const row of await openPulls(db)) {
      const { version, snapshot } = await engine.state(row.stream);
      yield* new ActorMessages(row, redact).begin(row.updated_at, snapshot);
      told.set(row.stream, { version, snapshot });
    }
    for (let next = await news.next(); next !== null; next = await news.next()) {
      const { stream, version } = next;
      const row = await pullOf(db, stream);
      if (row === undefined) continue;
      const messages = new ActorMessages(row, redact);
      const known = told.get(stream);
      let before = known ?? { version: 0, snapshot: initialSnapshot(row.kind) };
      for await (const step of travel(db, row, before)) {
        // One that was not told of is from the event on that brought it here.
        if (known === undefined && step.version === version)
          yield* messages.begin(step.recordedAt, before.snapshot);
        if (known !== undefined || step.version >= version)
          yield* messages.step(step.recordedAt, step.event, step.snapshot);
        before = step;
      }
      told.set(stream, { version: before.version, snapshot: before.snapshot });
    }
  } finally {
    news.end();
  }
}

/** The ones that moved last, the longest ago first. */
async function openPulls(db: LogDatabase): Promise<PullRow[]> {
  const rows = await db
    .selectFrom('pulls')
    .selectAll()
    .where('state', 'not in', ['closed', 'gone'])
    .orderBy('updated_at', 'desc')
    .limit(mostAtFirst)
    .execute();
  return rows.toReversed();
}

function pullOf(db: LogDatabase, stream: string): Promise<PullRow | undefined> {
  return db.selectFrom('pulls').selectAll().where('stream', '=', stream).executeTakeFirst();
}
