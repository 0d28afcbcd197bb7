import { runCompiled } from '../log/compiled.ts';
import { pendingEffects } from '../log/outbox.ts';
import type { BuildReports } from './build-reports.ts';
import type { Engine } from './engine.ts';
import { keepAgain } from './keep-again.ts';
import { liveBuilds } from './live-builds.ts';
import { type Listed, observe, observeBranch, observePull, observeTip } from './observe.ts';
import { numberOfCacheBranch, type Place } from './place.ts';
import type { SayAgain } from './say-again.ts';

/**
 * Compares what is known with the forge and the CI, at start and every few minutes (rule 5). What fails for one
 * repository, or one pull request, is logged and left to the next time; it does not keep the others from it.
 */
export async function reconcile(
  engine: Engine,
  reports: BuildReports,
  sayAgain: SayAgain,
): Promise<void> {
  const { places, logger } = engine.options;
  for (const config of places.configs) {
    try {
      const place = await places.open(config);
      await reconcilePlace(engine, reports, place);
      await sayAgain.probe(place);
      await keepAgain(engine, place);
      await askAgainForDeliveries(engine, place);
    } catch (error) {
      logger.warn({ err: error, forge: config.forge, repository: config.name }, 'not reconciled');
    }
  }
}

/** How far back a forge keeps failed deliveries to be asked for again (D3): GitHub, three days. */
const deliveriesFor = 3 * 24 * 3_600_000;

async function askAgainForDeliveries(engine: Engine, place: Place): Promise<void> {
  const { logger, world } = engine.options;
  const asked = await place.forge.redeliver(place.repository, world.now() - deliveriesFor);
  if (asked > 0)
    logger.info({ asked, repository: place.repository.name }, 'asked again for failed deliveries');
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
  const source = { source: 'reconcile' } as const;
  // All branches in one look, all open pull requests in another: what is asked for does not grow with their number.
  const branches = await place.mirror.branches();
  const known = await streamsOf(engine, place);
  const built = new Set(place.config.branches);
  for (const { branch } of known) if (branch !== null) built.add(branch);
  // A merge queue waits for its checks; the delivery that asked for them may be lost.
  for (const branch of branches.keys()) if (place.forge.isQueueBranch(branch)) built.add(branch);
  for (const branch of built)
    await attempt(`@${branch}`, () => observeBranch(engine, place, branch, source, branches));
  const open = new Map(
    (await place.forge.openPulls(place.repository)).map((pull) => [pull.number, pull]),
  );
  const numbers = new Set(open.keys());
  for (const { number } of known) if (number !== null) numbers.add(number);
  for (const number of [...numbers].toSorted((a, b) => a - b)) {
    const seen = open.get(number);
    await attempt(`#${number}`, () => observePull(engine, place, number, source, seen));
    await attempt(`#${number}`, () => observeTip(engine, place, number, source, branches));
  }
  for (const name of branches.keys()) {
    const number = numberOfCacheBranch(place.config, name);
    if (number !== null && !numbers.has(number))
      await attempt(name, () => reconcileLeftover(engine, place, number, branches));
  }
  for (const { stream } of known)
    await attempt(stream, () => reconcileBuilds(engine, reports, place, stream));
}

/** A cache branch whose pull request is not open: it came back, or the log that knew of it was lost (G5). */
async function reconcileLeftover(
  engine: Engine,
  place: Place,
  number: number,
  branches: Listed,
): Promise<void> {
  const source = { source: 'reconcile' } as const;
  const tip = await observeTip(engine, place, number, source, branches);
  if (tip.outcome === 'ignored')
    await observePull(engine, place, number, { ...source, evenIfClosed: true });
}

async function streamsOf(
  engine: Engine,
  place: Place,
): Promise<{ stream: string; number: number | null; branch: string | null; state: string }[]> {
  const { db } = engine.options;
  const { forge } = place.config;
  const { id } = place.repository;
  const { rows } = await runCompiled(db, 'open streams', [forge, id, 'closed', 'gone'], () =>
    db
      .selectFrom('pulls')
      .select(['stream', 'number', 'branch', 'state'])
      .where('forge', '=', forge)
      .where('repository_id', '=', id)
      .where('state', 'not in', ['closed', 'gone'])
      .compile(),
  );
  return rows;
}

/** The CI is asked about every build that has no result yet (C4, C14, G1). */
async function reconcileBuilds(
  engine: Engine,
  reports: BuildReports,
  place: Place,
  stream: string,
): Promise<void> {
  const { snapshot } = await engine.state(stream);
  for (const build of liveBuilds(stream, snapshot, place))
    await observe(engine, stream, { source: 'reconcile' }, async () => {
      const report = await place.ci.report(build);
      if (report !== null) {
        await reports.poll(report);
        return 'the CI knows it';
      }
      if (await isBeingAsked(engine, stream)) return 'the CI is still to be asked for it';
      return { type: 'build.lost', commit: build.commit, attempt: build.attempt };
    });
}

/** A build that is still to be asked for is not lost. */
async function isBeingAsked(engine: Engine, stream: string): Promise<boolean> {
  const pending = await pendingEffects(engine.options.db, stream);
  return pending.some(({ type }) => type === 'build.start');
}
