import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { openMirror } from '../../src/git/open-mirror.ts';
import { Git } from '../../src/git/run.ts';
import type { OverlayRequest } from '../../src/ports/mirror.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { mirrorContract } from './mirror-contract.ts';
import type { MirrorUnderTest, OpenOptions } from './mirror-fixture.ts';
import { BareRepository, plainGit, temporaryDirectory } from './repository.ts';

async function open(
  options: OpenOptions & { credentials?: { username: string; password: string } } = {},
): Promise<MirrorUnderTest & { server: HttpServer; git: Git; url: string }> {
  const root = temporaryDirectory();
  const commands: (readonly string[])[] = [];
  const { credentials, networkTimeout } = options;
  const git = new Git({
    home: join(root, 'home'),
    observe: (args) => commands.push(args),
    ...(networkTimeout === undefined ? {} : { networkTimeout }),
    ...(credentials === undefined ? {} : { credentials: async () => credentials }),
  });
  const bare = new BareRepository(join(root, 'ada', 'engine.git'));
  const server = await startHttpServer(root);
  const url = `${server.url}/ada/engine.git`;
  const directory = join(root, 'mirrors', 'r1');
  const mirror = await openMirror(git, { kind: 'remote', url, directory });
  return { bare, mirror, directory, commands, server, git, url };
}

mirrorContract('HTTP', open);

function overlay(head: string, path = 'cache.nix'): OverlayRequest {
  return { head, parents: [head], files: [{ path, content: 'null\n' }], message: 'x', date: 0 };
}

test('A9 of a tree only those on the way are fetched, and no file', async () => {
  const { bare, mirror, directory } = await open();
  const head = bare.commit('refs/pull/1/head', {
    files: { 'ci/x/y': '1', 'ci/z': '2', 'src/a/b/c': '3', 'docs/d': '4', e: '5' },
  });
  await mirror.fetch(head, 'refs/pull/1/head');
  const kinds = (): string[] =>
    plainGit(directory, [
      'cat-file',
      '--batch-all-objects',
      '--batch-check=%(objecttype)',
      '--unordered',
    ])
      .split('\n')
      .toSorted();
  expect(kinds()).toEqual(['commit']);
  await mirror.inspect(head, ['ci/cache.nix']);
  expect(kinds()).toEqual(['commit', 'tree', 'tree']);
  const id = await mirror.compose(overlay(head, 'ci/cache.nix'));
  expect(await mirror.push('orthrus/pr-1', id, null)).toEqual({ outcome: 'pushed' });
  // Two trees of theirs; of ours two trees, a file and a commit.
  expect(kinds()).toEqual(['blob', 'commit', 'commit', 'tree', 'tree', 'tree', 'tree']);
  expect(bare.git('diff-tree', '-r', '--name-status', head, id)).toBe('A\tci/cache.nix');
});

test('a question about an unknown commit stays on this machine', async () => {
  const { bare, mirror, server } = await open();
  const head = bare.commit('refs/pull/1/head');
  await mirror.fetch(head, 'refs/pull/1/head');
  const before = server.requests.length;
  expect(await mirror.isAncestor('a'.repeat(40), head)).toBe(false);
  await expect(mirror.nearest('b'.repeat(40), [head])).rejects.toMatchObject({ code: 'not-found' });
  expect(server.requests.length).toBe(before);
});

test('a head that the server keeps to itself when it is pushed to is sent along', async () => {
  const { bare, mirror } = await open();
  const main = bare.commit('refs/heads/main', { files: { 'a/x': '1', 'b/y': '2', 'c/z': '3' } });
  const head = bare.commit('refs/pull/9/head', {
    parents: [main],
    files: { 'a/x': '1', 'b/y': 'two', 'new/one': '4' },
  });
  await mirror.fetch(head, 'refs/pull/9/head');
  const id = await mirror.compose(overlay(head));
  bare.git('config', 'receive.hideRefs', 'refs/pull');
  expect(await mirror.push('orthrus/pr-9', id, null)).toEqual({ outcome: 'pushed' });
  expect(bare.git('diff-tree', '-r', '--name-status', head, id)).toBe('A\tcache.nix');
});

test('G1 a lock that a killed git left is removed, once it can only be a dead one', async () => {
  const { bare, mirror, directory } = await open();
  const first = bare.commit('refs/pull/1/head');
  await mirror.fetch(first, 'refs/pull/1/head');
  const [name = ''] = plainGit(directory, ['for-each-ref', '--format=%(refname)']).split('\n');
  const lock = join(directory, `${name}.lock`);
  writeFileSync(lock, '');
  const next = () => mirror.fetch(bare.commit('refs/pull/1/head'), 'refs/pull/1/head');
  const failed = { code: 'unavailable', message: expect.stringContaining('.lock') as unknown };
  await expect(next()).rejects.toMatchObject(failed);
  expect(existsSync(lock)).toBe(true);
  utimesSync(lock, 1_700_000_000, 1_700_000_000);
  await expect(next()).rejects.toMatchObject(failed);
  expect(existsSync(lock)).toBe(false);
  await next();
});

test('E1 a push whose answer is lost to a reset is a push, once', async () => {
  const { bare, mirror, server } = await open();
  const head = bare.commit('refs/pull/1/head');
  await mirror.fetch(head, 'refs/pull/1/head');
  const id = await mirror.compose(overlay(head));
  // git's HTTP library may send the request once more by itself, so what counts is what the repository went through.
  const log = join(bare.directory, 'pushes');
  mkdirSync(join(bare.directory, 'hooks'), { recursive: true });
  const hook = join(bare.directory, 'hooks', 'post-receive');
  writeFileSync(hook, `#!/bin/sh\ncat >>'${log}'\n`, { mode: 0o755 });
  const isPush = (path: string | undefined) => path?.endsWith('/git-receive-pack') === true;
  server.trouble = (request) => (isPush(request.url) ? 'reset-after' : null);
  expect(await mirror.push('orthrus/pr-1', id, null)).toEqual({ outcome: 'pushed' });
  expect(bare.tip('refs/heads/orthrus/pr-1')).toBe(id);
  expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(1);
});

test('E1 E3 what the server answers is told apart', async () => {
  const { bare, mirror, server } = await open();
  const head = bare.commit('refs/pull/1/head');
  await mirror.fetch(head, 'refs/pull/1/head');
  const id = await mirror.compose(overlay(head));
  const codes = [
    [500, 'unavailable'],
    [502, 'unavailable'],
    [401, 'denied'],
    [403, 'denied'],
    [404, 'not-found'],
    [429, 'rate-limited'],
  ] as const;
  for (const [status, code] of codes) {
    server.trouble = () => ({ status });
    await expect(mirror.tip('main')).rejects.toMatchObject({ code });
    await expect(mirror.push('orthrus/pr-1', id, null)).rejects.toMatchObject({ code });
    await expect(mirror.fetch('a'.repeat(40), 'refs/pull/1/head')).rejects.toMatchObject({ code });
  }
  server.trouble = () => null;
  expect(await mirror.push('orthrus/pr-1', id, null)).toEqual({ outcome: 'pushed' });
});

test('E1 a server that is down is unavailable, and one that says nothing a time-out', async () => {
  const { mirror, server, git, directory, bare } = await open({ networkTimeout: 1000 });
  const head = bare.commit('refs/pull/1/head');
  server.trouble = () => 'silent-after';
  await expect(mirror.fetch(head, 'refs/pull/1/head')).rejects.toMatchObject({ code: 'timeout' });
  const down = await openMirror(git, {
    kind: 'remote',
    url: 'http://127.0.0.1:1/x.git',
    directory,
  });
  await expect(down.tip('main')).rejects.toMatchObject({ code: 'unavailable' });
});

test('F3 credentials reach the server, and no argument, file or message', async () => {
  const credentials = { username: 'x-access-token', password: 'pass$(id)"word' };
  const { bare, mirror, server, commands, directory } = await open({ credentials });
  const seen: (string | undefined)[] = [];
  server.trouble = (request) => {
    seen.push(request.headers.authorization);
    return request.headers.authorization === undefined ? { status: 401 } : null;
  };
  const head = bare.commit('refs/pull/1/head');
  await mirror.fetch(head, 'refs/pull/1/head');
  const expected = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  expect(seen.at(-1)).toBe(expected);
  expect(JSON.stringify(commands)).not.toContain('word');
  expect(plainGit(directory, ['config', '--list', '--local'])).not.toContain('http');
  server.trouble = () => ({ status: 401 });
  const failed: unknown = await mirror.tip('main').catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'denied' });
  expect(String(failed)).not.toContain('word');
});

test('F3 a secret in the URL is in no message', async () => {
  const { git, directory, server } = await open();
  const url = `${server.url.replace('//', '//ada:sesame@')}/nowhere.git?key=sesame`;
  const mirror = await openMirror(git, { kind: 'remote', url, directory });
  server.trouble = () => ({ status: 404 });
  const failures = await Promise.allSettled([
    mirror.tip('main'),
    mirror.fetch('a'.repeat(40), 'refs/heads/main'),
    mirror.push('x', null, 'a'.repeat(40)),
    openMirror(git, { kind: 'remote', url: url.replace('http', 'ext'), directory }),
  ]);
  for (const failure of failures) {
    expect(failure).toMatchObject({ status: 'rejected', reason: { name: 'PortError' } });
    expect(inspect(failure, { depth: 9 })).not.toContain('sesame');
  }
});

test('F5 a URL is no command and no option', async () => {
  const { git, directory } = await open();
  for (const url of ['ext::sh -c id', '--upload-pack=id', 'ssh://x/y', '/etc', '']) {
    await expect(openMirror(git, { kind: 'remote', url, directory })).rejects.toMatchObject({
      code: 'invalid',
    });
  }
});

test('G1 a mirror that was being made when the process died is made again', async () => {
  const { git, url, bare } = await open();
  const directory = join(temporaryDirectory(), 'mirrors', 'r2');
  // What a process leaves that dies before the last step.
  const left = `${directory}.making-6f1d`;
  mkdirSync(join(left, 'objects'), { recursive: true });
  utimesSync(left, 1_700_000_000, 1_700_000_000);
  const head = bare.commit('refs/pull/1/head');
  // And several that make it at once.
  const mirrors = await Promise.all(
    Array.from({ length: 4 }, () => openMirror(git, { kind: 'remote', url, directory })),
  );
  await mirrors[0]?.fetch(head, 'refs/pull/1/head');
  expect(await mirrors[3]?.isAncestor(head, head)).toBe(true);
  expect(existsSync(join(directory, 'HEAD'))).toBe(true);
  expect(readdirSync(join(directory, '..'))).toEqual(['r2']);
});
