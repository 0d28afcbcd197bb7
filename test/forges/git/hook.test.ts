import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type GitDelivery, parseGitDelivery } from '../../../src/forges/git/delivery.ts';
import { installHook } from '../../../src/forges/git/install-hook.ts';
import { openMirror } from '../../../src/git/open-mirror.ts';
import { plainGit } from '../../git/repository.ts';
import { gitForge } from './fixture.ts';

interface Received {
  readonly deliveries: GitDelivery[];
  readonly ids: unknown[];
  readonly url: string;
}

/** A service that takes deliveries. `slow`: it never answers. */
async function service(slow = false): Promise<Received> {
  const deliveries: GitDelivery[] = [];
  const ids: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      expect(request.headers['content-type']).toBe('application/json');
      ids.push(request.headers['x-orthrus-delivery']);
      deliveries.push(parseGitDelivery(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
      if (!slow) response.writeHead(202).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { deliveries, ids, url: `http://127.0.0.1:${port}/webhooks/here?a='b'` };
}

async function comes(received: Received, count: number): Promise<void> {
  await vi.waitFor(() => expect(received.deliveries.length).toBeGreaterThanOrEqual(count), {
    timeout: 60_000,
    interval: 20,
  });
}

/** A clone that pushes, as a person would. */
function pusher(bare: { directory: string }, root: string): (...refspecs: string[]) => void {
  const directory = join(root, '..', 'clone.git');
  if (!existsSync(directory)) plainGit(root, ['clone', '-q', '--bare', bare.directory, directory]);
  return (...refspecs) => void plainGit(directory, ['push', '-q', bare.directory, ...refspecs]);
}

const zeros = '0'.repeat(40);

test('a push of our own is not signalled: it is no news', async () => {
  const { bare, root, git } = gitForge();
  const received = await service();
  const main = bare.commit('refs/heads/main');
  await installHook(git, bare.directory, { url: received.url });
  const mirror = await openMirror(git, { kind: 'local', directory: bare.directory });
  expect(await mirror.push('orthrus/pr-1', main, null)).toEqual({ outcome: 'pushed' });
  pusher(bare, root)(`${main}:refs/pull/1/head`);
  await comes(received, 1);
  expect(received.deliveries.map(({ updates }) => updates.map(({ ref }) => ref))).toEqual([
    ['refs/pull/1/head'],
  ]);
});

test('a push is signalled, with every ref but notes', async () => {
  const { bare, root, git } = gitForge();
  const received = await service();
  const main = bare.commit('refs/heads/main');
  const push = pusher(bare, root);
  expect(await installHook(git, bare.directory, { url: received.url })).toEqual({
    installed: true,
    message: null,
  });
  push(`${main}:refs/notes/orthrus`);
  push(`${main}:refs/pull/1/head`, `${main}:refs/notes/x`);
  push(':refs/pull/1/head');
  await comes(received, 2);
  expect(received.deliveries).toHaveLength(2);
  const update = (before: string, after: string) => ({
    repository: 'ada/engine',
    updates: [{ ref: 'refs/pull/1/head', before, after }],
  });
  expect(received.deliveries).toEqual(
    expect.arrayContaining([update(zeros, main), update(main, zeros)]),
  );
  expect(new Set(received.ids).size).toBe(2);
  expect(received.ids[0]).toMatch(/^[0-9a-f-]{36}$/);
});

test('a service that hangs, or is down, neither fails nor delays a push', async () => {
  const { bare, root, git } = gitForge();
  const received = await service(true);
  const main = bare.commit('refs/heads/main');
  const push = pusher(bare, root);
  await installHook(git, bare.directory, { url: received.url });
  const before = performance.now();
  push(`${main}:refs/heads/a`);
  await installHook(git, bare.directory, { url: 'http://127.0.0.1:1/', node: '/no/such/node' });
  push(`${main}:refs/heads/b`);
  // The hook itself waits four seconds for an answer.
  expect(performance.now() - before).toBeLessThan(3500);
  expect(bare.tip('refs/heads/b')).toBe(main);
});

test('F5 refs with hostile names are carried as data', async () => {
  const { bare, root, git } = gitForge();
  const received = await service();
  const main = bare.commit('refs/heads/main');
  await installHook(git, bare.directory, { url: received.url, node: process.execPath });
  const trap = join(root, 'trap');
  const names = [
    `$(touch\${IFS}${trap.replaceAll('/', '%')})`,
    '`id`',
    ";touch'x",
    '"quoted"',
    'é/|&<>',
    '%s%n',
    '-n',
    '$HOME',
  ];
  const refs = names.map((name) => `refs/heads/x/${name}`);
  pusher(bare, root)(...refs.map((ref) => `${main}:${ref}`));
  await comes(received, 1);
  expect(received.deliveries[0]?.updates.map(({ ref }) => ref).toSorted()).toEqual(refs.toSorted());
  expect(existsSync(trap)).toBe(false);
});

test('B8 a repository that was renamed signals under its new name', async () => {
  const { bare, root, git } = gitForge();
  const received = await service();
  const main = bare.commit('refs/heads/main');
  await installHook(git, bare.directory, { url: received.url });
  mkdirSync(join(root, 'charles'));
  const directory = join(root, 'charles', "it's here.git");
  renameSync(bare.directory, directory);
  pusher({ directory }, root)(`${main}:refs/heads/a`);
  await comes(received, 1);
  expect(received.deliveries[0]?.repository).toBe("charles/it's here");
});

test('our own hook is brought up to date, and nobody else’s is touched', async () => {
  const { bare, root, git } = gitForge();
  const received = await service();
  const main = bare.commit('refs/heads/main');
  const push = pusher(bare, root);
  const hook = join(bare.directory, 'hooks', 'post-receive');
  await installHook(git, bare.directory, { url: 'http://127.0.0.1:1/' });
  expect(await installHook(git, bare.directory, { url: received.url })).toMatchObject({
    installed: true,
  });
  push(`${main}:refs/heads/a`);
  await comes(received, 1);

  const log = join(root, 'log');
  const theirs = `#!/bin/sh\ncat >>'${log}'\n`;
  writeFileSync(hook, theirs);
  const { installed, message } = await installHook(git, bare.directory, { url: received.url });
  expect(installed).toBe(false);
  expect(readFileSync(hook, 'utf8')).toBe(theirs);
  // What the message says to add, added: both hooks see the push.
  const line = message?.split('second line: ')[1] ?? '';
  writeFileSync(hook, theirs.replace('\n', `\n${line}\n`));
  push(`${main}:refs/heads/b`);
  await comes(received, 2);
  expect(received.deliveries[1]?.updates[0]?.ref).toBe('refs/heads/b');
  expect(readFileSync(log, 'utf8')).toContain('refs/heads/b');
});

test('where hooks are kept elsewhere, nothing is installed in vain', async () => {
  const { bare, git } = gitForge();
  bare.git('config', 'core.hooksPath', '/etc/git-hooks');
  expect(await installHook(git, bare.directory, { url: 'http://127.0.0.1:1/' })).toEqual({
    installed: false,
    message: expect.stringContaining('/etc/git-hooks') as unknown,
  });
});

test('D5 D6 a delivery is checked, and may hold more than is known', () => {
  const update = { ref: 'refs/heads/main', before: zeros, after: 'a'.repeat(40), more: 1 };
  expect(parseGitDelivery({ repository: 'a/b', updates: [update], pusher: null })).toEqual({
    repository: 'a/b',
    updates: [{ ref: 'refs/heads/main', before: zeros, after: 'a'.repeat(40) }],
  });
  for (const body of [
    null,
    [],
    'text',
    {},
    { repository: 'a', updates: [] },
    { repository: 'a/b', updates: [{ ...update, ref: 'main' }] },
    { repository: 'a/b', updates: [{ ...update, after: 'x' }] },
  ]) {
    expect(() => parseGitDelivery(body)).toThrow(/not a delivery of the git hook/);
  }
});
