import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type LogDatabase, openLog } from '../../src/log/database.ts';
import { begin } from '../scenarios/story.ts';
import { built } from '../doubles/scripted-ci.ts';
import { Laboratory } from './laboratory.ts';
import { runHere } from './run-here.ts';

/** Everything that is folded from the log, in a fixed order. */
async function folded(db: LogDatabase): Promise<Record<string, unknown>> {
  return {
    pulls: await db.selectFrom('pulls').selectAll().orderBy('stream').execute(),
    builds: await db
      .selectFrom('builds')
      .selectAll()
      .orderBy('stream')
      .orderBy('attempt')
      .execute(),
    seeds: await db.selectFrom('seeds').selectAll().orderBy('commit').execute(),
    snapshots: await db.selectFrom('snapshots').selectAll().orderBy('stream').execute(),
    timers: await db
      .selectFrom('effects')
      .select(['id', 'type', 'run_at', 'done_at', 'outcome'])
      .where('kind', '=', 'timer')
      .orderBy('id')
      .execute(),
    asked: await db
      .selectFrom('effects')
      .select(['id', 'type', 'params', 'asked_at'])
      .where('kind', '=', 'effect')
      .orderBy('id')
      .execute(),
  };
}

describe('export and import', () => {
  it('carry a log over whole, and the service goes on as if nothing had happened', async () => {
    const story = await begin({ config: { database: 'sqlite:first.db' } });
    const main = story.pushMain({ 'a.c': 'one' });
    await story.start();
    story.ci.finish(await story.branchBuild('main'), built('app', 'main'));
    await story.settle();
    for (const number of [1, 2, 3]) story.pushPull(number, main, { 'a.c': `two${number}` });
    await story.look();
    story.ci.begin(await story.build(1));
    story.ci.finish(await story.build(2), built('app', 'two'));
    await story.settle();
    story.closePull(3);
    await story.look();
    const before = await folded(story.service.log.db);
    const done = story.transcript(1);
    await story.stop();

    const file = join(story.directory, 'log.ndjson');
    const config = (database: string): string => {
      const path = join(story.directory, `${database}.json`);
      writeFileSync(
        path,
        JSON.stringify({
          database: `sqlite:${database}.db`,
          forges: { here: { kind: 'git', root: 'root' } },
          ci: { nix: { kind: 'nix' } },
          repositories: [{ forge: 'here', name: 'o/r', ci: 'nix' }],
        }),
      );
      return path;
    };
    expect(await runHere('export', file, '--config', config('first'))).toMatchObject({ code: 0 });
    const imported = await runHere('import', file, '--config', config('second'));
    expect(imported).toMatchObject({ code: 0, err: '' });
    expect(imported.out).toMatch(/^\d+ events of 4 streams imported into .*second\.db\n$/);

    const log = await openLog(join(story.directory, 'second.db'));
    expect(await folded(log.db)).toEqual(before);
    await log.close();
    const checks = [];
    for (const name of ['first', 'second'])
      checks.push(
        JSON.parse((await runHere('replay', '--check', '--json', '--config', config(name))).out),
      );
    expect(checks[0]).toMatchObject({ ok: true, differing: 0 });
    expect([checks[1].ok, checks[1].events]).toEqual([true, checks[0].events]);
    const again = await runHere('export', '-', '--config', config('second'));
    const events = (text: string): string[] => text.split('\n').slice(1);
    expect(events(again.out)).toEqual(events(readFileSync(file, 'utf8')));

    // The service is started over the imported log, with the forge and the CI as they are.
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(story.directory, `first.db${suffix}`), { force: true });
    copyFileSync(join(story.directory, 'second.db'), join(story.directory, 'first.db'));
    await story.start();
    const after = story.transcript(1);
    // Whether #3's build was cancelled no event says, so it is cancelled once more; nothing else is done again.
    expect({ ...after, ci: [...new Set(after.ci)] }).toEqual(done);
    story.ci.finish(await story.build(1), built('app', 'late'));
    await story.settle();
    expect(await story.state(1)).toBe('idle');
  });
});

describe('an import', () => {
  let laboratory: Laboratory;
  let lines: string[];
  const file = (): string => join(laboratory.folder, 'log.ndjson');

  beforeEach(async () => {
    laboratory = new Laboratory();
    await laboratory.fill();
    lines = (await runHere('export', '--config', laboratory.config)).out.trimEnd().split('\n');
    laboratory.configure({ database: 'sqlite:other.db' });
  });

  async function imported(changed: readonly string[]): Promise<string> {
    writeFileSync(file(), `${changed.join('\n')}\n`);
    const ran = await runHere('import', file(), '--config', laboratory.config);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(/^orthrus: [^\n]+\n$/);
    const log = await openLog(join(laboratory.folder, 'other.db'));
    expect(await log.db.selectFrom('events').selectAll().execute()).toEqual([]);
    expect(await log.db.selectFrom('pulls').selectAll().execute()).toEqual([]);
    await log.close();
    return ran.err;
  }

  const altered = (line: number, change: Record<string, unknown>): string[] =>
    lines.map((text, index) =>
      index === line - 1 ? JSON.stringify({ ...JSON.parse(text), ...change }) : text,
    );

  it('is all or nothing, and names the line that is wrong', async () => {
    expect(await imported(lines.slice(0, -1))).toMatch(
      /holds 82 events, and its first line says 83/,
    );
    expect(await imported(lines.slice(1))).toMatch(/line 1: not the first line of an export/);
    expect(await imported([])).toMatch(/line 1: not JSON|the export is empty/);
    expect(await imported(lines.toSpliced(20, 1))).toMatch(/line 21: .* events are missing/);
    expect(await imported(lines.toSpliced(20, 0, lines[19] ?? ''))).toMatch(
      /line 21: .* has a version \d+ already/,
    );
    expect(await imported(lines.with(30, '{"stream"'))).toMatch(/line 31: not JSON/);
    expect(await imported(altered(31, { stream: 'nobody' }))).toMatch(
      /line 31: "nobody" is no stream's name/,
    );
    expect(await imported(altered(31, { recordedAt: 'today' }))).toMatch(/line 31: recordedAt:/);
    expect(await imported(altered(31, { type: 'pull.exploded' }))).toMatch(
      /line 31: not an event of a pull/,
    );
    expect(
      await imported(altered(31, { meta: { v: 99, handled: true, source: 'webhook' } })),
    ).toMatch(/line 31: .* written by a newer orthrus/);
  });

  it('goes into an empty database only', async () => {
    laboratory.configure({});
    writeFileSync(file(), `${lines.join('\n')}\n`);
    const ran = await runHere('import', file(), '--config', laboratory.config);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/has events already; an import takes an empty database/);
    const none = await runHere('import', `${file()}x`, '--config', laboratory.config);
    expect(none.err).toMatch(/log\.ndjsonx does not exist; correct its name, or make it\n$/);
  });

  it('G4 holds what another machine recorded', async () => {
    writeFileSync(file(), `${altered(31, { state: 'idle' }).join('\n')}\n`);
    const ran = await runHere('import', file(), '--config', laboratory.config);
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/1 stream replays differently and will be held/);
    const { out } = await runHere('pulls', '--all', '--config', laboratory.config);
    expect(out).toMatch(/held \(/);
  });
});
