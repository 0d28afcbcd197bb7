import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../src/config/config-error.ts';
import { configSchema } from '../src/config/schema.ts';
import { loadConfig, parseConfig } from '../src/config.ts';
import { readSecret } from '../src/config/secrets.ts';

const least = {
  forges: { here: { kind: 'git', root: '/srv/git' } },
  ci: { nix: { kind: 'nix' } },
  repositories: [{ forge: 'here', name: 'owner/repo', ci: 'nix' }],
};

function complaint(json: unknown): string {
  try {
    parseConfig(json, '/etc/orthrus');
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no complaint';
}

test('all but forges, CIs and repositories has a default', () => {
  const config = parseConfig(least, '/etc/orthrus');
  expect(config).toMatchObject({
    listen: { host: '127.0.0.1', port: 3100 },
    database: { file: '/etc/orthrus/orthrus.db', synchronous: 'full' },
    stateDir: '/etc/orthrus/state',
    reconcileEvery: 300_000,
    retry: { base: 1000, max: 300_000 },
    deadlines: { start: 900_000, finish: 21_600_000 },
    concurrency: 8,
  });
  expect(config.repositories[0]).toMatchObject({
    branches: ['main'],
    cacheBranch: 'orthrus/pr-{number}',
    cacheFile: 'cache.nix',
    commitFile: 'commit.txt',
    output: 'intermediates',
    onForcePush: 'keep',
    onPush: 'finish-cold',
    report: { as: 'statuses', context: 'orthrus', jobs: 'failed', jobContext: 'orthrus/{job}' },
  });
});

describe('each mistake is one line that names the thing and the way out', () => {
  const [repository] = least.repositories;
  test.each([
    [{ ...least, lisen: {} }, 'unknown key "lisen"; did you mean "listen"?'],
    [
      { ...least, repositories: [{ ...repository, cachefile: 'x' }] },
      'repositories[0]: unknown key "cachefile"; did you mean "cacheFile"?',
    ],
    [
      { ...least, repositories: [{ ...repository, forge: 'hre' }] },
      'repositories[0].forge: there is no forge "hre"; did you mean "here"?',
    ],
    [
      { ...least, repositories: [{ ...repository, ci: 'hydra' }] },
      'repositories[0].ci: there is no CI "hydra"; there is nix',
    ],
    [{ ...least, forges: undefined }, 'forges: is missing'],
    [{ ...least, operatorToken: 'hunter2' }, /^operatorToken: a secret is never a literal here/],
    [
      { ...least, reconcileEvery: '5 minutes' },
      /^reconcileEvery: a duration is a number and a unit/,
    ],
    [
      { ...least, repositories: [{ ...repository, name: 'repo' }] },
      'repositories[0].name: a repository is named owner/repo',
    ],
    [
      { ...least, repositories: [{ ...repository, cacheFile: '../cache.nix' }] },
      /^repositories\[0\]\.cacheFile: a path inside the repository/,
    ],
    [
      { ...least, repositories: [{ ...repository, cacheFile: 'x', commitFile: 'x' }] },
      'repositories[0]: cacheFile and commitFile are both "x"',
    ],
    [
      { ...least, repositories: [repository, repository] },
      'repositories[1]: here:owner/repo is configured twice',
    ],
    [
      { ...least, forges: { here: { kind: 'gitlab' } } },
      /^forges\.here\.kind: unknown kind; known here: git/,
    ],
  ])('%#', (json, message) => {
    const said = complaint(json);
    expect(said).not.toContain('\n');
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
  });

  test('a file that is not there, and one that is not JSON', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orthrus-config-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'orthrus.json');
    expect(() => loadConfig(file)).toThrow(/no such file; name another with --config FILE$/);
    writeFileSync(file, '{ "forges": ');
    expect(() => loadConfig(file)).toThrow(/is not JSON/);
  });
});

test('a secret is read where it is said to be, and must be there', () => {
  process.env['ORTHRUS_TEST_SECRET'] = 'hunter2';
  onTestFinished(() => {
    delete process.env['ORTHRUS_TEST_SECRET'];
  });
  expect(readSecret({ env: 'ORTHRUS_TEST_SECRET' }, 'operatorToken')).toBe('hunter2');
  expect(() => readSecret({ env: 'ORTHRUS_NO_SECRET' }, 'operatorToken')).toThrow(
    'operatorToken: the environment variable ORTHRUS_NO_SECRET is not set',
  );
  expect(() => readSecret({ file: '/nowhere/token' }, 'operatorToken')).toThrow(
    'operatorToken: cannot read the file /nowhere/token',
  );
});

test('the published schema knows every key', () => {
  expect(Object.keys(Object(configSchema()['properties']))).toEqual(
    expect.arrayContaining(['listen', 'database', 'forges', 'ci', 'repositories', 'deadlines']),
  );
});
