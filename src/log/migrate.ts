import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import * as log from '../../migrations/0001-log.ts';
import * as readModels from '../../migrations/0002-read-models.ts';
import * as pullSeeds from '../../migrations/0003-pull-seeds.ts';
import * as heldSnapshots from '../../migrations/0004-held-snapshots.ts';
import * as buildsAsked from '../../migrations/0005-builds-asked.ts';
import * as ciLanes from '../../migrations/0006-ci-lanes.ts';
import * as deadEffects from '../../migrations/0007-dead-effects.ts';
import * as clock from '../../migrations/0008-clock.ts';
import * as pendingEffects from '../../migrations/0009-pending-effects.ts';
import { asLogError, LogError } from './log-error.ts';

/** Every migration, by the name that the database remembers. Names are never changed, only added to. */
const migrations: Record<string, Migration> = {
  '0001-log': log,
  '0002-read-models': readModels,
  '0003-pull-seeds': pullSeeds,
  '0004-held-snapshots': heldSnapshots,
  '0005-builds-asked': buildsAsked,
  '0006-ci-lanes': ciLanes,
  '0007-dead-effects': deadEffects,
  '0008-clock': clock,
  '0009-pending-effects': pendingEffects,
};

function migratorOf<Tables>(db: Kysely<Tables>): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations } });
}

/**
 * Brings the database up to date.
 * @throws {LogError} `newer`, if it has migrations that this program does not know
 */
export async function migrate<Tables>(db: Kysely<Tables>): Promise<void> {
  await refuseNewer(db);
  const { error } = await migratorOf(db).migrateToLatest();
  if (error !== undefined) throw asLogError(error);
}

/** @throws {LogError} `older` or `newer`, if the database does not have exactly the migrations we know */
export async function requireCurrent<Tables>(db: Kysely<Tables>): Promise<void> {
  const applied = await refuseNewer(db);
  if (applied.length < Object.keys(migrations).length)
    throw new LogError(
      'older',
      'the database was made by an older orthrus; start `orthrus serve` once to migrate it',
    );
}

async function refuseNewer<Tables>(db: Kysely<Tables>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const names = rows.map((row) => row.name);
  const unknown = names.filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0)
    throw new LogError(
      'newer',
      `the database was written by a newer orthrus (${unknown.join(', ')}); upgrade this one, or restore a back-up`,
    );
  return names;
}
