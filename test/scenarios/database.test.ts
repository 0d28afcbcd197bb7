import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { onTestFinished, expect, test } from 'vitest';
import { openLog } from '../../src/log/database.ts';
import { LogError } from '../../src/log/log-error.ts';
import { built } from '../doubles/scripted-ci.ts';
import { openPull, saidOf } from './opening.ts';
import { short, type Story } from './story.ts';

/** A disk of a few megabytes. Where none can be mounted these tests fail, for then nothing would be proven. */
function smallDisk(): string {
  const disk = mkdtempSync(join(tmpdir(), 'orthrus-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'orthrus', disk]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', disk]);
    rmSync(disk, { recursive: true, force: true });
  });
  return disk;
}

/** Writes until there is no room left. */
function fill(disk: string): void {
  for (const [name, size] of [
    ['much', 65_536],
    ['little', 1024],
  ] as const)
    for (let at = 0; ; at += 1)
      try {
        writeFileSync(join(disk, `${name}-${at}`), Buffer.alloc(size));
      } catch {
        break;
      }
}

function clear(disk: string): void {
  execFileSync('sh', ['-c', 'rm -f "$1"/much-* "$1"/little-*', 'sh', disk]);
}

/** Nothing is half-written: the file is whole, versions have no gap, and the log replays to what is recorded. */
async function expectWhole(story: Story): Promise<void> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(
    story.service.log.db,
  );
  expect(rows).toEqual([{ integrity_check: 'ok' }]);
  const events = await story.events(1);
  expect(events.map(({ version }) => version)).toEqual(events.map((_, at) => at + 1));
  const snapshot = await story.service.log.db
    .selectFrom('snapshots')
    .select('version')
    .where('stream', '=', story.stream(1))
    .executeTakeFirstOrThrow();
  expect(snapshot.version).toBe(events.length);
}

/** Somebody asks for something until it is refused. @returns the refusal, and how much was taken before it */
async function askUntilRefused(story: Story): Promise<{ refusal: unknown; taken: number }> {
  for (let taken = 0; taken < 2000; taken += 1)
    try {
      const by = `Ada ${'and everybody '.repeat(300)}`;
      await story.record(1, { type: 'pull.approved', head: 'f'.repeat(40), by });
    } catch (refusal) {
      return { refusal, taken };
    }
  throw new Error('it was never refused');
}

test('G2 a full disk: what cannot be recorded is refused, nothing is half-written, and it goes on', async () => {
  const disk = smallDisk();
  const { story, head, build } = await openPull({
    config: { database: `sqlite:${join(disk, 'orthrus.db')}` },
  });
  story.ci.begin(build);
  await story.settle();
  const before = (await story.events(1)).length;

  fill(disk);
  const { refusal, taken } = await askUntilRefused(story);
  expect(refusal).toBeInstanceOf(LogError);
  expect(refusal).toMatchObject({ code: 'unavailable' });
  await expect(
    story.record(1, { type: 'rebuild.requested', cold: false, by: 'x'.repeat(9000) }),
  ).rejects.toMatchObject({ code: 'unavailable' });
  expect(await story.events(1)).toHaveLength(before + taken);
  // A result that nobody can record now is not lost.
  story.ci.finish(build, built('app', 'one', { error: 'y'.repeat(9000) }));
  await story.service.reports.settled();
  expect(await story.state(1)).toBe('building');
  await expectWhole(story);

  clear(disk);
  await story.look();
  await story.until(1, 'idle');
  await expectWhole(story);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, story.tip(1)],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});

test('G2 a locked database: refused in time, and it goes on when the lock is gone', async () => {
  const { story, build } = await openPull();
  const somebody = new Database(story.config.database.file);
  somebody.exec('begin immediate');
  await expect(
    story.record(1, { type: 'rebuild.requested', cold: false, by: 'Ada' }),
  ).rejects.toMatchObject({ code: 'unavailable' });
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.service.reports.settled();
  expect(await story.state(1)).toBe('building');
  somebody.exec('rollback');
  somebody.close();
  await story.look();
  await story.until(1, 'idle');
  await expectWhole(story);
  expect(story.pushes(1)).toHaveLength(2);
  expect(story.ci.calls).toHaveLength(1);
});

test('G2 a database that becomes read-only refuses, and goes on when it can be written again', async () => {
  const { story, build } = await openPull();
  const { db } = story.service.log;
  await sql`pragma query_only = on`.execute(db);
  await expect(
    story.record(1, { type: 'rebuild.requested', cold: false, by: 'Ada' }),
  ).rejects.toMatchObject({ code: 'unavailable' });
  story.ci.begin(build);
  await story.service.reports.settled();
  await sql`pragma query_only = off`.execute(db);
  story.ci.finish(build, built('app', 'one'));
  await story.settle();
  await story.until(1, 'idle');
  await expectWhole(story);
});

test('G2 a database on a read-only disk is refused at start, with a word on why', async () => {
  const disk = smallDisk();
  const file = join(disk, 'folder', 'orthrus.db');
  mkdirSync(join(disk, 'folder'));
  const made = await openLog(file);
  await made.close();
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  await expect(openLog(file)).rejects.toMatchObject({
    name: 'LogError',
    code: 'unavailable',
    message: expect.stringMatching(/cannot be written|read-?only/i),
  });
});
