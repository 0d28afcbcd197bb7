import { cacheEntries } from '../../machines/cache.ts';
import type { Snapshot } from '../../machines/fold.ts';
import type { Seed } from '../../machines/pull-request/events.ts';
import { parseStreamName } from '../../machines/stream.ts';
import { z } from 'zod';
import type { Scene } from '../effects/scene.ts';
import type { EffectRow } from '../log/schema.ts';
import { PortError } from '../ports/port-error.ts';
import type { Engine } from './engine.ts';
import type { Place } from './place.ts';

/**
 * What an effect of that stream is carried out with.
 * @throws {PortError} `unavailable` if its repository is not (or not yet) at hand
 */
export function sceneOf(engine: Engine, row: EffectRow, snapshot: Snapshot): Scene {
  const { places, pageUrl } = engine.options;
  const name = parseStreamName(row.stream);
  const place = name === null ? null : places.byId(name.forge, name.repositoryId);
  if (place === null)
    throw new PortError(
      'unavailable',
      `the repository of ${row.stream} is not configured, or its forge has not answered yet`,
    );
  return {
    stream: row.stream,
    askedAt: row.asked_at,
    snapshot,
    forge: place.forge,
    ci: place.ci,
    mirror: place.mirror,
    repository: place.repository,
    project: place.config.project ?? place.repository.name,
    pageUrl: pageUrl(row.stream),
    pushed: () => pushedTo(engine, row.stream),
    seeds: () => seedsOf(engine, place),
    seed: (commit) => seedAt(engine, place, commit),
  };
}

const pushedCommit = z.object({ commit: z.string() });

/** From the events themselves: an overlay that was never built has no row among the builds. */
async function pushedTo(engine: Engine, stream: string): Promise<string[]> {
  const rows = await engine.options.db
    .selectFrom('events')
    .select('data')
    .where('stream', '=', stream)
    .where('type', 'in', ['overlay.pushed', 'cache.recorded'])
    .orderBy('version', 'desc')
    .execute();
  return rows.map(({ data }) => pushedCommit.parse(JSON.parse(data)).commit);
}

async function seedsOf(engine: Engine, place: Place): Promise<string[]> {
  const rows = await engine.options.db
    .selectFrom('seeds')
    .select('commit')
    .where('forge', '=', place.config.forge)
    .where('repository_id', '=', place.repository.id)
    .execute();
  return rows.map((row) => row.commit);
}

const coldTimes = z.record(z.string(), z.number());

async function seedAt(engine: Engine, place: Place, commit: string): Promise<Seed | null> {
  const row = await engine.options.db
    .selectFrom('seeds')
    .selectAll()
    .where('forge', '=', place.config.forge)
    .where('repository_id', '=', place.repository.id)
    .where('commit', '=', commit)
    .executeTakeFirst();
  return row === undefined
    ? null
    : {
        branch: row.branch,
        commit: row.commit,
        entries: cacheEntries.parse(JSON.parse(row.entries)),
        coldMilliseconds: coldTimes.parse(JSON.parse(row.cold_milliseconds)),
      };
}
