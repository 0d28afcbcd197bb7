import { type Kysely, sql } from 'kysely';

/**
 * A CI's lane is named by the repository's id, no longer by the CI and its project in the configuration: what is asked for
 * from now on must not overtake what an earlier version asked for.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A stream is `<forge>:<repository id>` up to the first `#` or `@` behind the forge's name.
  const id = sql`substr(stream, instr(stream, ':') + 1)`;
  const end = sql`instr(replace(${id}, '#', '@') || '@', '@')`;
  await sql`
    update effects set lane = 'ci:' || substr(stream, 1, instr(stream, ':') + ${end} - 1)
    where lane like 'ci:%'`.execute(db);
}

/** The earlier names are not known here; any name that a repository has for itself will do. */
export async function down(): Promise<void> {}
