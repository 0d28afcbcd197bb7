import type { Logger } from 'pino';
import { keepRests } from './forges/github/gate.ts';
import type { LogDatabase } from './log/database.ts';
import { holdLane } from './log/outbox.ts';
import type { World } from './ports/world.ts';

const prefix = 'token:';

/**
 * What GitHub has told a token to wait for outlives the process (E2): the next one asks nothing before that, not even for
 * its repositories. It is kept beside the lanes, under the hash of the token.
 * @returns resolves when all that was told is written
 */
export async function keepLimits(
  db: LogDatabase,
  { world, logger }: { readonly world: World; readonly logger: Logger },
): Promise<() => Promise<void>> {
  const rows = await db
    .selectFrom('lanes')
    .select(['lane', 'hold_until'])
    .where('lane', 'like', `${prefix}%`)
    .where('hold_until', '>', world.now())
    .execute();
  const told = new Map(rows.map((row) => [row.lane.slice(prefix.length), row.hold_until]));
  let writing = Promise.resolve();
  keepRests(world, told, (key, until) => {
    writing = writing
      .then(() => holdLane(db, `${prefix}${key}`, until))
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'a rate limit could not be kept; a restart would forget it');
      });
  });
  return () => writing;
}
