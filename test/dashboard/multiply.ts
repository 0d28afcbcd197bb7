import { sql } from 'kysely';
import type { LogDatabase } from '../../src/log/database.ts';

/**
 * Makes many pull requests of those that there are, each `times` times once more: what lists read, not their events. The
 * numbers are new, and the copies lie further back.
 */
export async function multiply(db: LogDatabase, times: number): Promise<void> {
  const copies = sql`with recursive copies(n) as (select 1 union all select n + 1 from copies where n < ${times}),
    originals as (select * from pulls where kind = 'pull')`;
  const stream = sql`substr(o.stream, 1, instr(o.stream, '#')) || (o.number + n * 10000)`;
  const tables = {
    builds:
      'attempt, "commit", head, asked_at, started_at, finished_at, verdict, description, jobs',
    snapshots: 'version, machine_version, held, value, context',
  };
  await db.transaction().execute(async (tx) => {
    for (const [table, columns] of Object.entries(tables))
      await sql`insert into ${sql.table(table)} (stream, ${sql.raw(columns)})
        ${copies} select ${stream}, ${sql.raw(
          columns
            .split(', ')
            .map((column) => `t.${column}`)
            .join(', '),
        )} from ${sql.table(table)} t join originals o on o.stream = t.stream, copies`.execute(tx);
    await sql`insert into effects (id, stream, version, "index", kind, type, params, lane, asked_at, run_at)
      ${copies} select t.id || '.' || n, ${stream}, t.version, t."index", t.kind, t.type, t.params, t.lane, t.asked_at, t.run_at
      from effects t join originals o on o.stream = t.stream, copies where t.done_at is null`.execute(
      tx,
    );
    await sql`insert into pulls
      ${copies} select ${stream}, o.kind, o.forge, o.repository_id, o.repository, o.number + n * 10000, o.branch,
        o.title, o.author, o.state, o.head, o.tip, o.verdict, o.description, o.version,
        o.opened_at - n * 3600000, o.updated_at - n * 3600000
      from originals o, copies`.execute(tx);
  });
}
