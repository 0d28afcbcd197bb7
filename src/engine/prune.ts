import { parseStreamName } from '../../machines/stream.ts';
import { archiveStream } from '../log/archive.ts';
import { endedStreams, removeOldHolds, removeStream } from '../log/prune.ts';
import type { Engine } from './engine.ts';

/** How many streams one pass removes, so that none takes long; the next pass goes on. */
const passLimit = 100;

/**
 * Removes what has ended from the log (G7): a closed pull request `retain` milliseconds after it was last heard of. Its
 * events go to the archive first, if there is one, and are on the disk before they are deleted; whoever dies between the
 * two writes the same file once more. One stream that cannot be removed now does not keep the others.
 */
export async function prune(
  engine: Engine,
  { retain, archive }: { readonly retain: number; readonly archive: string | null },
): Promise<void> {
  const { db, world, logger } = engine.options;
  const now = world.now();
  await removeOldHolds(db, now);
  let removed = 0;
  for (const ended of await endedStreams(db, now - retain, passLimit)) {
    try {
      await letGo(engine, ended.stream);
      if (archive !== null) await archiveStream(db, archive, ended.stream, ended.version);
      if (await removeStream(db, ended)) removed += 1;
    } catch (error) {
      logger.warn({ err: error, stream: ended.stream }, 'not pruned now; tried again later');
    }
  }
  if (removed > 0) logger.info({ removed, archive }, 'pruned what ended long ago');
}

/** That the CI was to keep nothing of it may have been given up when it was closed; afterwards nobody would know. */
async function letGo(engine: Engine, stream: string): Promise<void> {
  const name = parseStreamName(stream);
  const place = name === null ? null : engine.options.places.byId(name.forge, name.repositoryId);
  await place?.ci.retain(stream, { paths: [], builds: [] });
}
