import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportHeader, exportLine, lineOf } from '../../src/log/export-line.ts';
import { archiveStream } from '../../src/log/archive.ts';
import { built } from '../doubles/scripted-ci.ts';
import { openPull, type Opened } from './opening.ts';
import type { Story, StoryOptions } from './story.ts';

const day = 24 * 3_600_000;
const tables = [
  'events',
  'effects',
  'snapshots',
  'pulls',
  'builds',
  'pull_seeds',
  'lanes',
] as const;

/** The rows of every table, of one pull request or of all. */
async function rows(story: Story, pull?: number): Promise<Record<string, number>> {
  const { db } = story.service.log;
  const counts: [string, number][] = [];
  for (const table of tables) {
    const all =
      table === 'lanes'
        ? await db.selectFrom('lanes').select('lane as stream').execute()
        : await db.selectFrom(table).select('stream').execute();
    const mine = all.filter(({ stream }) => pull === undefined || stream === story.stream(pull));
    counts.push([table, mine.length]);
  }
  return Object.fromEntries(counts);
}

const none = Object.fromEntries(tables.map((table) => [table, 0]));

/** Every file below a folder, relative to it. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** #1 was built, and is closed. */
async function closed(options: StoryOptions = {}): Promise<Opened & { archive: string }> {
  const opened = await openPull({
    ...options,
    config: { archive: 'archive', reconcileEvery: '20d', ...options.config },
  });
  const { story, build } = opened;
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  story.closePull(1);
  await story.look();
  expect(await story.state(1)).toBe('closed');
  return { ...opened, archive: join(story.directory, 'archive') };
}

async function after(story: Story, days: number): Promise<void> {
  story.world.advance(days * day);
  await story.look();
}

test('G7 a closed pull request is kept for `retain`, then archived and removed; nothing else is', async () => {
  const { story, head, archive } = await closed();
  const other = story.pushPull(2, head, { 'a.c': 'other' });
  await story.look();
  const log = await story.service.log.db
    .selectFrom('events')
    .selectAll()
    .where('stream', '=', story.stream(1))
    .orderBy('version')
    .execute();
  await after(story, 89);
  expect((await rows(story, 1))['events']).toBe(log.length);
  const open = await rows(story, 2);
  await after(story, 2);
  expect(await rows(story, 1)).toEqual(none);
  expect((await rows(story, 2))['events']).toBeGreaterThanOrEqual(open['events'] ?? 0);
  expect((await story.context(2)).head).toBe(other);
  expect([...story.ci.kept.keys()]).not.toContain(story.stream(1));
  // As an export, so that it can be imported.
  const [file = '', ...more] = filesIn(archive);
  expect(more).toEqual([]);
  const [header = '', ...lines] = readFileSync(join(archive, file), 'utf8').trimEnd().split('\n');
  expect(exportHeader.parse(JSON.parse(header)).events).toBe(log.length);
  expect(lines.map((line) => exportLine.parse(JSON.parse(line)))).toEqual(log.map(lineOf));
});

test('G7 killed between the archive and the removal: the same file again, byte for byte, and nothing is left behind', async () => {
  const { story, archive } = await closed();
  const { db } = story.service.log;
  const { version } = await story.service.engine.state(story.stream(1));
  const file = (await archiveStream(db, archive, story.stream(1), version)) ?? '';
  const bytes = readFileSync(file);
  await story.stop();
  writeFileSync(`${file}.1234.part`, 'half a');
  story.world.advance(91 * day);
  await story.start();
  expect(await rows(story, 1)).toEqual(none);
  expect(filesIn(archive)).toEqual([file.slice(archive.length + 1)]);
  expect(readFileSync(file).equals(bytes)).toBe(true);
});

test('G7 where the archive cannot be written nothing is removed, until it can', async () => {
  const { story, archive } = await closed();
  writeFileSync(archive, 'not a folder');
  await after(story, 91);
  expect((await rows(story, 1))['events']).toBeGreaterThan(0);
  rmSync(archive);
  mkdirSync(archive);
  await story.look();
  expect(await rows(story, 1)).toEqual(none);
  expect(filesIn(archive)).toHaveLength(1);
});

test('G7 opened again after it was pruned: it starts anew, and its second life is archived beside the first', async () => {
  const { story, base, archive } = await closed();
  await after(story, 91);
  expect(await rows(story, 1)).toEqual(none);
  story.pushPull(1, base, { 'a.c': 'again' });
  await story.look();
  expect(await story.state(1)).toBe('building');
  story.closePull(1);
  await story.look();
  await after(story, 91);
  expect(await rows(story, 1)).toEqual(none);
  expect(filesIn(archive)).toHaveLength(2);
});

test('G7 months of pull requests: every table, and every folder but the archive, holds what is open and what is recent', async () => {
  const { story, base, archive } = await closed({ config: { retain: '60d' } });
  const state = join(story.directory, 'state');
  const seen: { rows: Record<string, number>; files: number }[] = [];
  for (let month = 2; month <= 9; month += 1) {
    story.pushPull(month, base, { 'a.c': `of month ${month}` });
    await story.look();
    const build = await story.build(month);
    story.ci.begin(build);
    story.ci.finish(build, built('app', `of month ${month}`));
    await story.until(month, 'idle');
    story.closePull(month);
    await after(story, 30);
    seen.push({ rows: await rows(story), files: filesIn(state).length });
  }
  // From the third month on as many are pruned as are opened.
  for (const later of seen.slice(3)) expect(later).toEqual(seen[2]);
  expect(story.ci.kept.size).toBe(0);
  expect(filesIn(archive).length).toBeGreaterThanOrEqual(6);
  expect(story.repository.git('for-each-ref', 'refs/heads/orthrus')).toBe('');
});
