import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { freePort } from '../../src/demo/running-service.ts';
import { built } from '../doubles/scripted-ci.ts';
import { begin, type Story } from '../scenarios/story.ts';
import { type Ran, runHere } from './run-here.ts';

const token = 'a token that nobody guesses';

/** A service whose #1 is green, and the command line beside it. */
async function greenPull(): Promise<{
  story: Story;
  head: string;
  orthrus: (...args: string[]) => Promise<Ran>;
}> {
  process.env['ORTHRUS_TEST_TOKEN'] = token;
  const port = await freePort(0);
  const more = {
    listen: { host: '127.0.0.1', port },
    operatorToken: { env: 'ORTHRUS_TEST_TOKEN' },
  };
  const story = await begin({ repository: { branches: [] }, config: more });
  const { repository, ci } = story;
  const config = join(story.directory, 'orthrus.json');
  writeFileSync(
    config,
    JSON.stringify({
      forges: { here: { kind: 'git', root: 'root' } },
      ci: { nix: { kind: 'nix' } },
      ...more,
      repositories: [{ forge: 'here', name: 'o/r', ci: 'nix', branches: [] }],
    }),
  );
  const base = repository.commit(null, { 'a.c': 'one' });
  repository.push('refs/heads/main', base);
  const head = story.pushPull(1, base, { 'a.c': 'two' });
  await story.start();
  const { app, close } = createApp(story.service);
  const server = await listen(app, { host: '127.0.0.1', port });
  onTestFinished(async () => {
    close();
    await server.close();
  });
  const build = await story.build(1);
  ci.begin(build);
  ci.finish(build, built('hello', 'one'));
  await story.until(1, 'idle');
  return { story, head, orthrus: (...args) => runHere(...args, '--config', config) };
}

function json(ran: Ran): unknown {
  expect(ran).toMatchObject({ code: 0, err: '' });
  return JSON.parse(ran.out);
}

test('G3 a second writer of the same file is refused; reading commands work beside the service', async () => {
  const { orthrus, head } = await greenPull();
  const second = await orthrus('serve');
  expect(second).toMatchObject({ code: 1, out: '' });
  expect(second.err).toMatch(
    /^orthrus: .*orthrus\.db is in use by another orthrus process; stop it.*\n$/,
  );

  expect((await orthrus('pulls')).out).toMatch(/here:o\/r#1 .*idle .*success/);
  const log = await orthrus('log', 'here:o/r#1');
  expect(log.code).toBe(0);
  for (const told of [
    'pull.observed',
    'overlay.pushed',
    'build.finished',
    'cache.recorded',
    'idle',
  ])
    expect(log.out).toContain(told);
  expect((await orthrus('replay', 'here:o/r#1', '--to', '3')).out).toContain('overlay.pushed');
  expect((await orthrus('replay', '--check')).code).toBe(0);
  expect(JSON.stringify(json(await orthrus('pulls', '--json')))).toContain(head);
});

test('a log that today’s machine replays differently: exit 1, and the first difference', async () => {
  const { orthrus, story } = await greenPull();
  await story.stop();
  const db = new Database(join(story.directory, 'orthrus.db'));
  db.exec("update events set state = 'draft' where version = 3");
  db.close();
  const checked = await orthrus('replay', '--check');
  expect(checked.code).toBe(1);
  expect(checked.out + checked.err).toMatch(/version 3\b[^]*draft[^]*building|draft[^]*building/);
});

test('an operator has a head built once more, and the service look around', async () => {
  const { orthrus, story } = await greenPull();
  expect((await orthrus('rebuild', 'here:o/r#1', '--cold')).code).toBe(0);
  await story.until(1, 'building');
  expect((await story.build(1)).attempt).toBe(2);
  expect(story.repository.show(story.tip(1), 'cache.nix')).toBe('null\n');
  expect((await orthrus('reconcile')).code).toBe(0);
});

test('an export fills an empty database, which replays the same; a database in use is left alone', async () => {
  const { orthrus, story } = await greenPull();
  const exported = join(story.directory, 'log.ndjson');
  expect((await orthrus('export', exported)).code).toBe(0);
  const before = json(await orthrus('pulls', '--json'));
  expect((await orthrus('import', exported)).code).toBe(1);
  await story.stop();

  const other = join(story.directory, 'other.json');
  writeFileSync(
    other,
    readFileSync(join(story.directory, 'orthrus.json'), 'utf8').replace(
      '{',
      '{"database": "sqlite:other.db",',
    ),
  );
  const there = (...args: string[]): Promise<Ran> => runHere(...args, '--config', other);
  expect((await there('import', exported)).code).toBe(0);
  expect((await there('replay', '--check')).code).toBe(0);
  expect(json(await there('pulls', '--json'))).toEqual(before);
  expect((await there('import', exported)).err).toMatch(/^orthrus: .*has events already.*\n$/);
});

describe('bad input is one line, with a way out; 2 for usage, 1 for failure', () => {
  test('of the command line', async () => {
    const { orthrus, story } = await greenPull();
    const cases: [args: string[], code: number, says: RegExp][] = [
      [['frobnicate'], 2, /unknown command/],
      [['log', 'o/r#1'], 2, /names no pull request; write forge:owner\/repo#12/],
      [['log', 'hre:o/r#1'], 2, /there is no forge "hre".*did you mean "here"/],
      [['log', 'here:o/r#77'], 1, /#77/],
      [['replay', 'here:o/r#1', '--to', 'x'], 2, /x/],
      [['machine', '--format', 'gif'], 2, /gif/],
    ];
    for (const [args, code, says] of cases) {
      const ran = await orthrus(...args);
      expect([args, ran.code, ran.err.match(/^orthrus: [^\n]+\n$/) !== null]).toEqual([
        args,
        code,
        true,
      ]);
      expect(ran.err).toMatch(says);
    }
    expect((await runHere('pulls', '--config', join(story.directory, 'none.json'))).code).toBe(2);
  });

  test('of the database: from the future, and none at all', async () => {
    const { orthrus, story } = await greenPull();
    await story.stop();
    const db = new Database(join(story.directory, 'orthrus.db'));
    db.exec("insert into kysely_migration (name, timestamp) values ('9999-future', '2100')");
    db.close();
    for (const command of ['pulls', 'serve'])
      expect(await orthrus(command)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/^orthrus: .*newer orthrus.*upgrade this one.*\n$/),
      });
    const none = join(story.directory, 'none.json');
    writeFileSync(
      none,
      readFileSync(join(story.directory, 'orthrus.json'), 'utf8').replace(
        '{',
        '{"database": "sqlite:none.db",',
      ),
    );
    expect(await runHere('pulls', '--config', none)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^orthrus: there is no database .*none\.db.*\n$/),
    });
  });

  test('of the forge: `doctor` says what is wrong with a repository, and what to do', async () => {
    const { orthrus, story } = await greenPull();
    story.repository.git('config', 'core.bare', 'false');
    const ran = await orthrus('doctor');
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/✗.*not a bare repository/);
  });
});
