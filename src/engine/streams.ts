import { runCompiled } from '../log/compiled.ts';
import type { Engine } from './engine.ts';
import type { Place } from './place.ts';

/** The open streams of a repository whose newest head is that commit. */
export async function streamsWithHead(
  engine: Engine,
  place: Place,
  commit: string,
): Promise<string[]> {
  const { db } = engine.options;
  const { forge } = place.config;
  const { id } = place.repository;
  const ended = ['closing', 'closed', 'gone'];
  const { rows } = await runCompiled(db, 'streams with a head', [forge, id, commit, ...ended], () =>
    db
      .selectFrom('pulls')
      .select('stream')
      .where('forge', '=', forge)
      .where('repository_id', '=', id)
      .where('head', '=', commit)
      .where('state', 'not in', ended)
      .compile(),
  );
  return rows.map(({ stream }) => stream);
}

/** The builds of a commit, the newest attempt of each stream. */
export async function buildsOf(
  engine: Engine,
  place: Place,
  commit: string,
): Promise<{ stream: string; attempt: number }[]> {
  const { db } = engine.options;
  const { forge } = place.config;
  const { id } = place.repository;
  const { rows } = await runCompiled(db, 'builds of a commit', [forge, id, commit], () =>
    db
      .selectFrom('builds')
      .innerJoin('pulls', 'pulls.stream', 'builds.stream')
      .select(['builds.stream', (row) => row.fn.max('builds.attempt').as('attempt')])
      .where('pulls.forge', '=', forge)
      .where('pulls.repository_id', '=', id)
      .where('builds.commit', '=', commit)
      .groupBy('builds.stream')
      .compile(),
  );
  return rows.map(({ stream, attempt }) => ({ stream, attempt }));
}
