import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openMirror } from '../../src/git/open-mirror.ts';
import { Git } from '../../src/git/run.ts';
import { mirrorContract, type MirrorUnderTest, type OpenOptions } from './mirror-contract.ts';
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
