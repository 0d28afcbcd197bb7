import { letterOf, type Marks } from '../dashboard/pull/marks.ts';
import type { LogDatabase } from '../log/database.ts';
import { dataOf, eventMeta } from '../log/stored-event.ts';
import { failing, isFailure } from '../replay/failures.ts';

/** Of a longer run only so many events are marked: a branch that is built for years has a hundred thousand. */
export const mostMarked = 10_000;

/** Events whose data say whether they tell of a failure. */
const telling = ['build.finished', 'build.progressed'];

/** The marks of the newest events; or, if the version `at` is none of those, of the events around it. */
export async function timelineMarks(
  db: LogDatabase,
  stream: string,
  { at, newest }: { readonly at: number; readonly newest: number },
): Promise<Marks> {
  const latest = Math.max(1, newest - mostMarked + 1);
  const from = at >= latest ? latest : Math.max(1, at - mostMarked / 2);
  const rows = await db
    .selectFrom('events')
    .select(['type', 'meta'])
    .select((row) =>
      row.case().when('type', 'in', telling).then(row.ref('data')).else(null).end().as('data'),
    )
    .where('stream', '=', stream)
    .where('version', '>=', from)
    .where('version', '<', from + mostMarked)
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
