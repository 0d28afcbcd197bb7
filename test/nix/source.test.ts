import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Repository } from './repository.ts';

const files = (path: string) =>
  execFileSync('find', ['.', '-mindepth', '1', '-printf', '%P\n'], { cwd: path, encoding: 'utf8' })
    .trim()
    .split('\n')
    .toSorted();

let repo: Repository;
let head: string;
beforeAll(async () => {
  repo = await Repository.create({
    'flake.nix': `{
      outputs = { self }: let orthrus = import ./orthrus; exclude = [ "orthrus" "flake.nix" ]; in {
        plain = orthrus.source { path = ./.; inherit exclude; };
        self = orthrus.source { path = self; inherit exclude; };
        named = orthrus.source { path = ./.; name = "other"; inherit exclude; };
        folded = orthrus.source { path = ./.; cacheFile = "ci/deep/cache.nix"; commitFile = "ci/commit.txt"; inherit exclude; };
        folder = orthrus.source { path = ./.; folder = "sub"; exclude = [ "sub/b" ]; };
        filtered = orthrus.source { path = ./.; filter = path: type: type == "directory" || builtins.match ".*[.]c" path != null; };
      };
    }`,
    'README.md': 'read me\n',
    'x.c': 'x\n',
    'sub/a': 'a\n',
    'sub/b/c.c': 'c\n',
    'sub/cache.nix': 'not the cache file: it is in a folder\n',
  });
  head = await repo.commit();
});
afterAll(() => repo.destroy());

async function overlay(bookkeeping: Record<string, string>): Promise<string> {
  await repo.restore(head);
  for (const [path, content] of Object.entries(bookkeeping)) await repo.write(path, content);
  return repo.commit();
}

describe('source', () => {
  it('C13 is the same store path whatever the bookkeeping files hold', async () => {
    const bare = await repo.read(head, 'plain');
    expect(files(bare)).toEqual([
      'README.md',
      'sub',
      'sub/a',
      'sub/b',
      'sub/b/c.c',
      'sub/cache.nix',
      'x.c',
    ]);
    for (const commit of ['1', '2']) {
      const url = await overlay({ 'cache.nix': 'null', 'commit.txt': commit });
      expect(await repo.read(url, 'plain')).toBe(bare);
      expect(await repo.read(url, 'self')).toBe(bare);
    }
  });

  it('C13 leaves out a folder that is there for the bookkeeping files alone', async () => {
    const bare = await repo.read(head, 'folded');
    const url = await overlay({ 'ci/deep/cache.nix': 'null', 'ci/commit.txt': '1' });
    expect(await repo.read(url, 'folded')).toBe(bare);
    // At the root those names are files like any other.
    expect(await repo.read(await overlay({ 'cache.nix': 'null' }), 'folded')).not.toBe(bare);
  });

  it('C13 keeps a folder that holds more, without the bookkeeping files', async () => {
    const before = await repo.read(await overlay({ 'ci/run': 'x' }), 'folded');
    const after = await repo.read(
      await overlay({ 'ci/run': 'x', 'ci/deep/cache.nix': 'null', 'ci/commit.txt': '1' }),
      'folded',
    );
    expect(after).toBe(before);
    expect(files(after)).toContain('ci/run');
    expect(files(after)).not.toContain('ci/deep');
  });

  it('keeps a file that stands where the folder would be', async () => {
    expect(files(await repo.read(await overlay({ ci: 'a file' }), 'folded'))).toContain('ci');
  });

  it('C16 takes a folder alone, so that nothing beside it matters', async () => {
    const bare = await repo.read(head, 'folder');
    expect(files(bare)).toEqual(['a', 'cache.nix']);
    const url = await overlay({
      'README.md': 'another\n',
      'cache.nix': 'null',
      'sub/b/c.c': 'another\n',
    });
    expect(await repo.read(url, 'folder')).toBe(bare);
    expect(await repo.read(await overlay({ 'sub/a': 'another\n' }), 'folder')).not.toBe(bare);
  });

  it('C16 takes what a filter says', async () => {
    const bare = await repo.read(head, 'filtered');
    expect(files(bare).filter((path) => path.endsWith('.c'))).toEqual(['sub/b/c.c', 'x.c']);
    const url = await overlay({
      'README.md': 'another\n',
      'flake.lock': '{"nodes":{"root":{}},"root":"root","version":7}',
    });
    expect(await repo.read(url, 'filtered')).toBe(bare);
  });

  it('has a name of its own', async () => {
    expect(await repo.read(head, 'named')).toMatch(/-other$/);
    expect(await repo.read(head, 'plain')).toMatch(/-source$/);
  });
});
