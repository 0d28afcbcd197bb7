import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { checkNix } from '../../../src/ci/nix/check-nix.ts';
import { flakeUrl } from '../../../src/ci/nix/flake-url.ts';
import { nixEnvironment } from '../../../src/ci/nix/nix-environment.ts';
import { bootId, isAlive, processStat } from '../../../src/ci/nix/process-identity.ts';
import { nixConfig } from './laboratory.ts';

test('this machine has a Nix that will do', async () => {
  const check = await checkNix({ nixConfig });
  expect(check).toEqual({ version: expect.stringMatching(/^\d+\.\d+/), ok: true, problems: [] });
});

test('a machine without Nix is told what to do', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    expect(await checkNix()).toEqual({
      version: null,
      ok: false,
      problems: [expect.stringContaining('install Nix 2.8')],
    });
  } finally {
    process.env['PATH'] = path;
  }
});

test('a store that is out of reach is told as such', async () => {
  const check = await checkNix({ nixConfig: `${nixConfig}\nstore = unix:///nowhere/socket` });
  expect(check.ok).toBe(false);
  expect(check.problems).toEqual([
    expect.stringMatching(/^the Nix daemon does not answer: start nix-daemon/),
  ]);
});

test("F3 Nix sees the user's settings and ours, and no secret of the service", () => {
  const env = nixEnvironment({
    own: {
      PATH: '/bin',
      NIX_CONFIG: 'cores = 3\nexperimental-features = ca-derivations',
      https_proxy: 'http://proxy',
      GITHUB_TOKEN: 'secret',
      ORTHRUS_OPERATOR_TOKEN: 'secret',
      GIT_CONFIG_GLOBAL: '/home/user/.gitconfig',
    },
    gitConfigGlobal: '/ours',
    cacheDir: '/cache',
    nixConfig: 'cores = 4',
  });
  expect(JSON.stringify(env)).not.toContain('secret');
  expect(env).toMatchObject({
    PATH: '/bin',
    https_proxy: 'http://proxy',
    GIT_CONFIG_GLOBAL: '/ours',
  });
  expect(env['NIX_CONFIG']?.split('\n')).toEqual([
    'cores = 3',
    'experimental-features = ca-derivations',
    'extra-experimental-features = nix-command flakes',
    'cores = 4',
  ]);
});

test('F5 nothing in a path or a ref becomes a part of the URL', () => {
  const commit = '1'.repeat(40);
  expect(flakeUrl({ remote: "/srv/a b#c?&'%.git", ref: 'refs/heads/x&rev=2#y', commit })).toBe(
    `git+file:///srv/a%20b%23c%3F%26%27%25.git?ref=refs%2Fheads%2Fx%26rev%3D2%23y&rev=${commit}`,
  );
  expect(flakeUrl({ remote: 'https://example.org/o/r.git', ref: 'refs/heads/x', commit })).toBe(
    `git+https://example.org/o/r.git?ref=refs%2Fheads%2Fx&rev=${commit}`,
  );
  for (const remote of ['relative', 'ssh://x/y', 'ext::sh -c x', 'https://x/y?dir=z', '-x']) {
    expect(() => flakeUrl({ remote, ref: 'refs/heads/x', commit })).toThrow(/Nix cannot fetch/);
  }
});

test('G1 a process is known by its pid, its start and its boot together', async () => {
  const child = spawn('/bin/sleep', ['60']);
  const pid = child.pid ?? 0;
  const stat = await processStat(pid);
  const identity = { boot: await bootId(), pid, started: stat?.started ?? '' };
  expect(await isAlive(identity)).toBe(true);
  expect(await isAlive({ ...identity, started: '1' })).toBe(false);
  expect(await isAlive({ ...identity, boot: '00000000-0000-0000-0000-000000000000' })).toBe(false);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  expect(await isAlive(identity)).toBe(false);
});
