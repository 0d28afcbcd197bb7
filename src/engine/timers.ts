import { parseStreamName } from '../../machines/stream.ts';
import type { EventData } from '../../machines/fold.ts';
import { LogError } from '../log/log-error.ts';
import { dueTimers, fireTimer } from '../log/outbox.ts';
import type { EffectRow } from '../log/schema.ts';
import { BuildReports } from './build-reports.ts';
import type { Engine } from './engine.ts';
import { liveBuilds, newestBuild } from './live-builds.ts';

/** Fires the timers whose time has come. @returns whether there were any */
export async function fireTimers(engine: Engine): Promise<boolean> {
  const { db, world, logger } = engine.options;
  const due = await dueTimers(db, world.now());
  for (const row of due) {
    if (row.type === 'timer.settle') {
      await settle(engine, row);
      continue;
    }
    const event = timerEvent(row.type);
    if (event === null) continue;
    if (event.type !== 'timer.retry')
      await askForResult(engine, row).catch((error: unknown) => {
        logger.warn({ err: error, stream: row.stream }, 'the CI could not be asked');
      });
    await engine.record({
      stream: row.stream,
      event,
      source: 'timer',
      key: row.id,
      first: (tx) => fireTimer(tx, row.id, world.now()),
    });
  }
  return due.length > 0;
}

/**
 * A deadline asks before it judges (C4, G1): a result that was lost on its way, or came while the service was down or
 * asleep, is taken in instead; with it the timer is dropped.
 */
async function askForResult(engine: Engine, row: EffectRow): Promise<void> {
  const name = parseStreamName(row.stream);
  const place = name === null ? null : engine.options.places.byId(name.forge, name.repositoryId);
  if (place === null) return;
  const { snapshot } = await engine.state(row.stream);
  for (const build of liveBuilds(row.stream, snapshot, place)) {
    const report = await place.ci.report(build);
    if (report !== null) await new BuildReports(engine).poll(report);
  }
}

/** A CI that never says that it is done was silent for long enough: what it has told is the result (`awaitSilence`). */
async function settle(engine: Engine, row: EffectRow): Promise<void> {
  const { world } = engine.options;
  const { snapshot, version } = await engine.state(row.stream);
  const build = newestBuild(snapshot);
  if (build === null) {
    await fireTimer(engine.options.db, row.id, world.now());
    return;
  }
  const { jobs } = snapshot.context;
  try {
    await engine.record({
      stream: row.stream,
      event: { type: 'build.finished', ...build, jobs: [...jobs], error: null },
      source: 'timer',
      key: row.id,
      expected: version,
      first: (tx) => fireTimer(tx, row.id, world.now()),
    });
  } catch (error) {
    // It spoke just now; whether the timer still stands is looked up again.
    if (!(error instanceof LogError) || error.code !== 'conflict') throw error;
  }
}

function timerEvent(
  type: string,
): Extract<EventData, { name: string; type: `timer.${string}` }> | null {
  switch (type) {
    case 'timer.start':
      return { type, name: 'start' };
    case 'timer.finish':
      return { type, name: 'finish' };
    case 'timer.retry':
      return { type, name: 'retry' };
    default:
      return null;
  }
}
