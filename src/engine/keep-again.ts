import { sql } from 'kysely';
import { runCompiled } from '../log/compiled.ts';
import { relaxed } from '../log/database.ts';
import { reviveEffects } from '../log/outbox.ts';
import type { Engine } from './engine.ts';
import type { Place } from './place.ts';

/** How many are tried in one round; the others' turn comes. */
const mostAtOnce = 50;

/**
 * Has the CI asked once more to keep what it was not able to keep when it was last asked to: a full disk, a store without
 * permission. Until then a garbage collector may take the caches of pull requests that are open. What is closed tries by
 * itself (B1).
 */
export async function keepAgain(engine: Engine, { config, repository }: Place): Promise<void> {
  const { db, world } = engine.options;
  const query = () => sql<{ id: string }>`
    select e.id from effects e join pulls p on p.stream = e.stream
    where p.forge = ${config.forge} and p.repository_id = ${repository.id}
      and p.state not in ('closing', 'closed', 'gone')
      and e.type = 'cache.retain' and e.outcome = 'dead'
      and not exists (
        select 1 from effects later
        where later.stream = e.stream and later.type = e.type
          and (later.version > e.version or (later.version = e.version and later."index" > e."index"))
      )
    order by e.run_at limit ${sql.lit(mostAtOnce)}`;
  const values = [config.forge, repository.id];
  const { rows } = await runCompiled(db, 'keep again', values, () => query().compile(db));
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return;
  await relaxed(db, (tx) => reviveEffects(tx, ids, world.now()));
  engine.wake();
}
