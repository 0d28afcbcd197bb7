import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openLog } from '../../src/log/database.ts';
import { Laboratory } from './laboratory.ts';
import { runHere } from './run-here.ts';

let laboratory: Laboratory;

beforeEach(() => {
  laboratory = new Laboratory();
});

/** Runs a command that must fail: with one line, which names the thing and the way out. */
async function refused(code: 1 | 2, ...args: string[]): Promise<string> {
  const ran = await runHere(...args, '--config', laboratory.config);
  expect(ran.err).toMatch(/^orthrus: [^\n]+\n$/);
  expect(ran.err).not.toMatch(/ at .*\.ts:\d/);
  expect(ran).toMatchObject({ code, out: '' });
  return ran.err.slice('orthrus: '.length).trimEnd();
}

describe('a configuration', () => {
  it.each([
    [{ lisen: {} }, /unknown key "lisen"; did you mean "listen"\?/],
    [
      { repositories: [{ forge: 'her', name: 'o/r', ci: 'nix' }] },
      /there is no forge "her"; did you mean "here"\?/,
    ],
    [
      { repositories: [{ forge: 'here', name: 'o/r', ci: 'nixx' }] },
      /there is no CI "nixx"; did you mean "nix"\?/,
    ],
    [{ reconcileEvery: 'often' }, /reconcileEvery: a duration is a number and a unit/],
    [{ operatorToken: 'swordfish' }, /operatorToken: a secret is never a literal here/],
  ])('%j is refused', async (changes, message) => {
    laboratory.configure(changes);
    for (const command of ['pulls', 'serve', 'reconcile'])
      expect(await refused(2, command)).toMatch(message);
  });

  it('that is no JSON, or not there', async () => {
    writeFileSync(laboratory.config, '{"forges": ');
    expect(await refused(2, 'pulls')).toMatch(/is not JSON/);
    rmSync(laboratory.config);
    expect(await refused(2, 'pulls')).toMatch(/no such file; name another with --config FILE/);
  });

  it('whose secret is missing', async () => {
    laboratory.configure({ operatorToken: { env: 'ORTHRUS_NO_SUCH_TOKEN' } });
    for (const command of ['serve', 'reconcile'])
      expect(await refused(2, command)).toMatch(
        /operatorToken: the environment variable ORTHRUS_NO_SUCH_TOKEN is not set/,
      );
  });
});

describe('a pull request', () => {
  beforeEach(() => laboratory.fill());

  it.each([
    [2, 'twelve', /"twelve" names no pull request; write forge:owner\/repo#12/],
    [2, 'owner/repo#12', /names no pull request/],
    [2, 'here:owner/repo#0', /names no pull request/],
    [2, 'her:owner/repo#12', /there is no forge "her" in the configuration; did you mean "here"\?/],
    [2, 'here:owner/rep#12', /no repository "owner\/rep" at here; did you mean "owner\/repo"\?/],
    [1, 'here:owner/repo#14', /nothing is known of .*#14; known there: #13, #12|#12, #13/],
    [1, 'here:owner/repo@dev', /nothing is known of .*@dev; known there: @main/],
  ] as const)('(%i) %s', async (code, pull, message) => {
    for (const command of ['log', 'replay'])
      expect(await refused(code, command, pull)).toMatch(message);
  });

  it('F5 named with an escape sequence is shown harmless', async () => {
    expect(await refused(2, 'log', 'here\u001b[2J')).toContain('"here\\u001b[2J"');
  });

  it('without a version that is one', async () => {
    expect(await refused(2, 'replay', 'here:r1#12', '--to', 'last')).toMatch(
      /--to takes a version/,
    );
    for (const option of ['--from', '--to'])
      expect(await refused(1, 'replay', 'here:r1#13', option, '99')).toMatch(
        /has 13 events, so there is no version 99; name one up to 13/,
      );
    expect(await refused(2, 'replay')).toMatch(/replay takes a pull request/);
  });
});

describe('a command', () => {
  it.each([
    [['pulsl'], /unknown command 'pulsl'; did you mean pulls\?/],
    [['pulls', '--al'], /unknown option '--al'; did you mean --all\?/],
    [['log'], /missing required argument 'pull'; see `orthrus --help`/],
    [['machine', '--format', 'png'], /argument 'png' is invalid/],
  ])('%j is refused', async (args, message) => {
    expect(await refused(2, ...args)).toMatch(message);
  });
});

describe('a database', () => {
  it('that is not there', async () => {
    expect(await refused(1, 'pulls')).toMatch(/there is no database .*`orthrus serve` makes it/);
  });

  it('from the future', async () => {
    await laboratory.fill();
    await laboratory.write(async (db) => {
      const { sql } = await import('kysely');
      await sql`insert into kysely_migration values ('9999-later', '2099-01-01')`.execute(db);
    });
    for (const command of ['pulls', 'serve'])
      expect(await refused(1, command)).toMatch(
        /written by a newer orthrus \(9999-later\); upgrade this one, or restore a back-up/,
      );
  });

  it('from the past', async () => {
    await laboratory.fill();
    await laboratory.write(async (db) => {
      const { sql } = await import('kysely');
      await sql`delete from kysely_migration where name = '0002-read-models'`.execute(db);
    });
    expect(await refused(1, 'pulls')).toMatch(/made by an older orthrus; start `orthrus serve`/);
  });

  it('that is none', async () => {
    writeFileSync(laboratory.database, 'This is a letter, and no database at all.'.repeat(100));
    for (const command of ['pulls', 'serve', 'import'])
      expect(
        await refused(1, ...(command === 'import' ? [command, laboratory.config] : [command])),
      ).toMatch(/damaged, or not an SQLite database; restore a back-up/);
  });

  it('whose folder is not there', async () => {
    laboratory.configure({ database: 'sqlite:no/where/orthrus.db' });
    expect(await refused(1, 'serve')).toMatch(
      /the folder that "database" names does not exist; make it/,
    );
  });

  it('that is read-only', async () => {
    await laboratory.fill();
    // Root may write everything, but not to a file system that is mounted to be read.
    const folder = dirname(laboratory.database);
    execFileSync('mount', ['--bind', folder, folder]);
    execFileSync('mount', ['-o', 'remount,ro,bind', folder]);
    try {
      expect(await refused(1, 'serve')).toMatch(/cannot be written/);
    } finally {
      execFileSync('umount', ['--lazy', folder]);
    }
  });

  it('G3 that another process writes', async () => {
    await laboratory.fill();
    const log = await openLog(laboratory.database);
    try {
      for (const args of [['serve'], ['import', laboratory.config]])
        expect(await refused(1, ...args)).toMatch(
          /orthrus\.db is in use by another orthrus process; stop it, or name another database/,
        );
      expect((await runHere('pulls', '--config', laboratory.config)).code).toBe(0);
      expect((await runHere('replay', '--check', '--config', laboratory.config)).code).toBe(0);
    } finally {
      await log.close();
    }
  });
});

describe('a service', () => {
  it('that does not run, or that has no token', async () => {
    expect(await refused(2, 'reconcile')).toMatch(/has no operatorToken; add one/);
    process.env['ORTHRUS_TEST_TOKEN'] = 'swordfish';
    laboratory.configure({
      operatorToken: { env: 'ORTHRUS_TEST_TOKEN' },
      listen: { port: 1 },
    });
    for (const args of [
      ['reconcile'],
      ['rebuild', 'here:owner/repo#12'],
      ['accept', 'here:owner/repo@main'],
    ])
      expect(await refused(1, ...args)).toMatch(
        /no service answers at http:\/\/127\.0\.0\.1:1; start it with `orthrus serve`/,
      );
    expect(await refused(2, 'rebuild', 'here:owner/rep#12')).toMatch(/no repository "owner\/rep"/);
    expect(await refused(2, 'rebuild', 'here:r1#12')).toMatch(/named owner\/repo/);
  });
});
