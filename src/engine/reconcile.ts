import type { BuildReports } from './build-reports.ts';
import type { Engine } from './engine.ts';
import { liveBuilds } from './live-builds.ts';
import { observe, observeBranch, observePull, observeTip } from './observe.ts';
import type { Place } from './place.ts';

/**
 * Compares what is known with the forge and the CI, at start and every few minutes (rule 5). What fails for one
 * repository, or one pull request, is logged and left to the next time; it does not keep the others from it.
 */
export async function reconcile(engine: Engine, reports: BuildReports): Promise<void> {
  const { places, logger } = engine.options;
  for (const config of places.configs) {
    try {
      await reconcilePlace(engine, reports, await places.open(config));
    } catch (error) {
      logger.warn({ err: error, forge: config.forge, repository: config.name }, 'not reconciled');
    }
  }
}

async function reconcilePlace(engine: Engine, reports: BuildReports, place: Place): Promise<void> {
  const { logger } = engine.options;
  const attempt = async (what: string, look: () => Promise<unknown>): Promise<void> => {
    try {
      await look();
    } catch (error) {
      logger.warn({ err: error, repository: place.repository.name, what }, 'not reconciled');
    }
  };
  for (const branch of place.config.branches)
    await attempt(`@${branch}`, () =>
      observeBranch(engine, place, branch, { source: 'reconcile' }),
    );
  const known = await streamsOf(engine, place);
  const open = await place.forge.openPulls(place.repository);
  const numbers = new Set(open.map((pull) => pull.number));
  for (const { number, state } of known)
    if (number !== null && state !== 'closed') numbers.add(number);
  for (const number of [...numbers].toSorted((a, b) => a - b)) {
    await attempt(`#${number}`, () => observePull(engine, place, number, { source: 'reconcile' }));
    await attempt(`#${number}`, () => observeTip(engine, place, number, { source: 'reconcile' }));
  }
  for (const { stream } of known)
    await attempt(stream, () => reconcileBuilds(engine, reports, place, stream));
}

async function streamsOf(
  engine: Engine,
  place: Place,
): Promise<{ stream: string; number: number | null; state: string }[]> {
  return engine.options.db
    .selectFrom('pulls')
    .select(['stream', 'number', 'state'])
    .where('forge', '=', place.config.forge)
    .where('repository_id', '=', place.repository.id)
    .where('state', 'not in', ['closed', 'gone'])
    .execute();
}

/** The CI is asked about every build that has no result yet (C4, C14, G1). */
async function reconcileBuilds(
  engine: Engine,
  reports: BuildReports,
  place: Place,
  stream: string,
): Promise<void> {
  const { snapshot } = await engine.state(stream);
  for (const build of liveBuilds(snapshot)) {
    const report = await place.ci.report(stream, build);
    if (report !== null) await reports.poll(report);
    else if (!(await isBeingAsked(engine, stream)))
      await observe(engine, stream, { source: 'reconcile' }, async () => ({
        type: 'build.lost',
        ...build,
      }));
  }
}

/** A build that is still to be asked for is not lost. */
async function isBeingAsked(engine: Engine, stream: string): Promise<boolean> {
  const row = await engine.options.db
    .selectFrom('effects')
    .select('id')
    .where('stream', '=', stream)
    .where('type', '=', 'build.start')
    .where('done_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}
