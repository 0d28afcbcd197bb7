import { letterOf, type Marks } from '../dashboard/pull/marks.ts';
import type { LogDatabase } from '../log/database.ts';
import { dataOf, eventMeta } from '../log/stored-event.ts';
import { failing, isFailure } from '../replay/failures.ts';

/** Of a longer run only so many events are marked: a branch that is built for years has a hundred thousand. */
const mostMarked = 10_000;

/** Events whose data say whether they tell of a failure. */
const telling = ['build.finished', 'build.progressed'];

export interface MarksWanted {
  /** The version that is looked at. */
  readonly at: number;
  readonly newest: number;
  readonly most?: number;
}

/** The marks of the newest events; or, if the version `at` is none of those, of the events around it. */
export async function timelineMarks(
  db: LogDatabase,
  stream: string,
  { at, newest, most = mostMarked }: MarksWanted,
): Promise<Marks> {
  const latest = Math.max(1, newest - most + 1);
  const from = at >= latest ? latest : Math.max(1, at - Math.floor(most / 2));
  const rows = await db
    .selectFrom('events')
    .select(['type', 'meta'])
    .select((row) =>
      row.case().when('type', 'in', telling).then(row.ref('data')).else(null).end().as('data'),
    )
    .where('stream', '=', stream)
    .where('version', '>=', from)
    .where('version', '<', from + most)
    .orderBy('version')
    .execute();
  const letters = rows.map(({ type, meta, data }) =>
    letterOf({
      type,
      handled: eventMeta.parse(JSON.parse(meta)).handled,
      failed: data === null ? failing.test(type) : isFailure(dataOf({ type, meta, data })),
    }),
  );
  return { from, letters: letters.join('') };
}
