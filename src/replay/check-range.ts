import { bulkFold } from '../../machines/fold.ts';
import { parseStreamName, type StreamKind } from '../../machines/stream.ts';
import type { LogDatabase } from '../log/database.ts';
import { eventPages, type StreamRange } from '../log/event-pages.ts';
import { LogError } from '../log/log-error.ts';
import { Comparison, type Difference } from '../log/refold.ts';

/** What replaying some streams came to. */
export interface Checked {
  readonly events: number;
  readonly streams: number;
  /** How many streams replay differently, and the first of them. */
  readonly differing: number;
  readonly first: Difference | null;
}

/** What streams are folded with, one after another. Made once: it gets faster the longer it is used. */
export type Folds = Readonly<Record<StreamKind, ReturnType<typeof bulkFold>>>;

export function makeFolds(): Folds {
  return { pull: bulkFold('pull'), branch: bulkFold('branch') };
}

/** Replays a range of streams, one after another, and compares with what was recorded. */
export async function checkRange(
  db: LogDatabase,
  range: StreamRange,
  folds: Folds,
): Promise<Checked> {
  let [events, streams, differing] = [0, 0, 0];
  let first: Difference | null = null;
  let stream: string | null = null;
  let comparison: Comparison | null = null;
  const settle = (): void => {
    if (comparison === null || comparison.difference === null) return;
    differing += 1;
    first ??= comparison.difference;
  };
  for await (const page of eventPages(db, range)) {
    for (const row of page) {
      if (row.stream !== stream || comparison === null) {
        settle();
        stream = row.stream;
        comparison = new Comparison(stream, folds[kindOf(stream)]);
        streams += 1;
      }
      comparison.add(row);
    }
    events += page.length;
  }
  settle();
  return { events, streams, differing, first };
}

function kindOf(stream: string): StreamKind {
  const name = parseStreamName(stream);
  if (name === null) throw new LogError('corrupt', `not a stream's name: ${stream}`);
  return name.subject.kind;
}
