import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openMirror } from '../../src/git/open-mirror.ts';
import { Git } from '../../src/git/run.ts';
import { mirrorContract } from './mirror-contract.ts';
import type { MirrorUnderTest, OpenOptions } from './mirror-fixture.ts';
import { BareRepository, temporaryDirectory } from './repository.ts';

async function open(options: OpenOptions = {}): Promise<MirrorUnderTest> {
  const directory = temporaryDirectory();
  const commands: (readonly string[])[] = [];
  const git = new Git({
    home: join(directory, 'home'),
    observe: (args) => commands.push(args),
    ...options,
  });
  const bare = new BareRepository(join(directory, 'ada', 'engine.git'));
  const mirror = await openMirror(git, { kind: 'local', directory: bare.directory });
  return { bare, mirror, directory: bare.directory, commands };
}

mirrorContract('local', open);

test('a repository that is not there is said so', async () => {
  const git = new Git({ home: temporaryDirectory() });
  await expect(
    openMirror(git, { kind: 'local', directory: '/nonexistent/x.git' }),
  ).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('/nonexistent') as unknown,
  });
});

test('a repository of SHA-256 ids is worked like any other', async () => {
  const directory = temporaryDirectory();
  const git = new Git({ home: join(directory, 'home') });
  const bare = new BareRepository(join(directory, 'x.git'), ['--object-format=sha256']);
  const head = bare.commit('refs/heads/main', { files: { a: 'a', 'ci/b': 'b' } });
  expect(head).toHaveLength(64);
  const mirror = await openMirror(git, { kind: 'local', directory: bare.directory });
  const id = await mirror.compose({
    head,
    parents: [head],
    files: [{ path: 'ci/cache.nix', content: 'null\n' }],
    message: 'x',
    date: 0,
  });
  expect(await mirror.push('orthrus/pr-1', id, null)).toEqual({ outcome: 'pushed' });
  expect(bare.git('diff-tree', '-r', '--name-status', head, id)).toBe('A\tci/cache.nix');
  expect(bare.git('fsck', '--strict')).toBe('');
});

test('G7 overlays are made and pushed while gc after gc runs', async () => {
  const { bare, mirror, directory } = await open();
  const head = bare.commit('refs/pull/1/head', { files: { a: 'a' } });
  let tip: string | null = null;
  const over = new AbortController();
  const collecting = (async () => {
    while (!over.signal.aborted)
      await promisify(execFile)('git', [`--git-dir=${directory}`, 'gc', '--quiet']);
  })();
  collecting.catch(() => undefined);
  onTestFinished(() => {
    over.abort();
  });
  for (let n = 0; n < 12; n += 1) {
    const id: string = await mirror.compose({
      head,
      parents: tip === null ? [head] : [tip, head],
      files: [{ path: 'cache.nix', content: `${n}\n` }],
      message: 'x',
      date: n * 1000,
    });
    expect(await mirror.push('orthrus/pr-1', id, tip)).toEqual({ outcome: 'pushed' });
    tip = id;
  }
  over.abort();
  await collecting;
  expect(bare.git('fsck', '--no-dangling')).toBe('');
  expect(bare.git('rev-list', '--count', 'refs/heads/orthrus/pr-1')).toBe('13');
});

test('a reader that was ended behind our back is started again', async () => {
  const directory = temporaryDirectory();
  const git = new Git({ home: join(directory, 'home'), timeout: 150 });
  const bare = new BareRepository(join(directory, 'x.git'));
  const head = bare.commit('refs/heads/main');
  const mirror = await openMirror(git, { kind: 'local', directory: bare.directory });
  await mirror.fetch(head, 'refs/heads/main');
  await setTimeout(300);
  expect(await mirror.inspect(head, ['README.md'])).toMatchObject({ existing: ['README.md'] });
});

test('G2 what cannot be written is said, and leaves nothing half-written', async () => {
  const { bare, mirror } = await open();
  const head = bare.commit('refs/heads/main');
  await mirror.fetch(head, 'refs/heads/main');
  const objects = join(bare.directory, 'objects');
  const request = { head, parents: [head], files: [], message: 'x', date: 0 };
  const id = await mirror.compose(request);
  // Where its folder should be stands a file.
  rmSync(join(objects, id.slice(0, 2)), { recursive: true });
  writeFileSync(join(objects, id.slice(0, 2)), '');
  await expect(mirror.compose(request)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('could not write objects') as unknown,
  });
});
