import Database from 'better-sqlite3';
import { Kysely, Migrator, SqliteDialect, sql } from 'kysely';
import { expect, test } from 'vitest';
import * as first from '../../migrations/0001-log.ts';
import { openLog, readLog } from '../../src/log/database.ts';
import { observed, openTestLog, sha } from './open-log.ts';

test('an older database is migrated at start, and keeps what is in it', async () => {
  const log = await openTestLog();
  await log.close();
  const file = `${log.file}-older`;
  const older = new Kysely<unknown>({
    dialect: new SqliteDialect({ database: new Database(file) }),
  });
  const provider = { getMigrations: async () => ({ '0001-log': first }) };
  const { error } = await new Migrator({ db: older, provider }).migrateToLatest();
  expect(error).toBeUndefined();
  await sql`insert into events (stream, version, type, data, meta, state, machine_version, recorded_at)
    values ('here:r1#1', 1, 'build.lost', '{}', '{"v":1,"handled":false,"source":"x"}', 'idle', 'm0', 1)`.execute(
    older,
  );
  for (const [id, stream, lane] of [
    ['a', 'here:r1#1', 'ci:nix/o/r'],
    ['b', 'here:r2@fix#1', 'ci:unknown/'],
    ['c', 'here:r1#1', 'git:here:r1#1'],
  ])
    await sql`insert into effects (id, stream, version, "index", kind, type, params, lane, asked_at, run_at)
      values (${id}, ${stream}, 1, 0, 'effect', 'build.cancel', '{}', ${lane}, 1, 1)`.execute(
      older,
    );
  await older.destroy();

  await expect(readLog(file)).rejects.toMatchObject({ code: 'older' });
  const migrated = await openLog(file);
  const rows = await migrated.db.selectFrom('events').select('type').execute();
  expect(rows).toEqual([{ type: 'build.lost' }]);
  expect(await migrated.db.selectFrom('pulls').selectAll().execute()).toEqual([]);
  const lanes = await migrated.db.selectFrom('effects').select('lane').orderBy('id').execute();
  expect(lanes.map(({ lane }) => lane)).toEqual(['ci:here:r1', 'ci:here:r2', 'git:here:r1#1']);
  await migrated.close();
  const reader = await readLog(file);
  await reader.close();
});

test('a database of a newer program is refused with a word on what to do, and left alone', async () => {
  const log = await openTestLog();
  await log.append(observed(sha('a')));
  await sql`insert into kysely_migration (name, timestamp) values ('0099-from-the-future', 'x')`.execute(
    log.db,
  );
  await log.close();
  const newer = { code: 'newer', message: expect.stringContaining('0099-from-the-future') };
  await expect(openLog(log.file)).rejects.toMatchObject(newer);
  await expect(readLog(log.file)).rejects.toMatchObject(newer);
  // Refused twice: the writer's lock was let go.
  await expect(openLog(log.file)).rejects.toMatchObject(newer);
});

test('a file that is no database is refused as that', async () => {
  const log = await openTestLog();
  await log.close();
  const { writeFileSync } = await import('node:fs');
  const file = `${log.file}-text`;
  writeFileSync(file, 'this is no database, however long the text may be. '.repeat(40));
  await expect(openLog(file)).rejects.toMatchObject({ name: 'LogError', code: 'corrupt' });
});

test('a migration that breaks off leaves nothing behind, and is made at the next start', async () => {
  const log = await openTestLog();
  await log.close();
  const file = `${log.file}-half`;
  // A table of the last migration is in the way: the whole of it is taken back.
  const sqlite = new Database(file);
  sqlite.exec('create table seeds (x)');
  sqlite.close();
  await expect(openLog(file)).rejects.toThrow('already exists');
  const after = new Database(file);
  const tables = after.prepare("select name from sqlite_master where type = 'table'").pluck().all();
  expect(tables).not.toContain('pulls');
  expect(tables).not.toContain('builds');
  after.exec('drop table seeds');
  after.close();
  const opened = await openLog(file);
  await opened.close();
});
