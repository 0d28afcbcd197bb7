import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GitForge } from '../../../src/forges/git/git-forge.ts';
import { BareRepository, plainGit } from '../../git/repository.ts';
import { gitForge, world } from './fixture.ts';

test('a repository has a directory, a default branch and an id', async () => {
  const { forge, bare } = gitForge();
  const repository = await forge.repository('ada/engine');
  expect(repository).toMatchObject({
    name: 'ada/engine',
    remote: bare.directory,
    defaultBranch: 'main',
  });
  expect(bare.git('config', 'orthrus.id')).toBe(repository.id);
});

test('B8 a renamed repository keeps its id', async () => {
  const { forge, root } = gitForge();
  const { id } = await forge.repository('ada/engine');
  mkdirSync(join(root, 'charles'));
  renameSync(join(root, 'ada', 'engine.git'), join(root, 'charles', 'difference.git'));
  expect((await forge.repository('charles/difference')).id).toBe(id);
  await expect(forge.repository('ada/engine')).rejects.toMatchObject({ code: 'not-found' });
});

test('many that see a repository first, at once, agree on its id', async () => {
  const { another } = gitForge();
  const seen = await Promise.all(
    Array.from({ length: 20 }, () => another().repository('ada/engine')),
  );
  expect(new Set(seen.map(({ id }) => id)).size).toBe(1);
});

test('an id that could not stand in the name of a stream is refused', async () => {
  const { forge, bare } = gitForge();
  bare.git('config', 'orthrus.id', 'r1#12');
  await expect(forge.repository('ada/engine')).rejects.toThrow(/remove that line/);
});

test('what is missing is named, with the way out', async () => {
  const { forge, root, git } = gitForge();
  await expect(forge.repository('ada/nothing')).rejects.toThrow(
    /ada\/nothing\.git does not exist; make it with git init --bare/,
  );
  const elsewhere = new GitForge({ root: join(root, 'nowhere'), git, world });
  await expect(elsewhere.repository('ada/engine')).rejects.toThrow(
    /root .*nowhere does not exist; make it, or correct "root"/,
  );
});

test('a repository that is not bare is refused, in each of its shapes', async () => {
  const { forge, root } = gitForge();
  const way = /is not a bare repository; orthrus needs one made with git init --bare or git clone/;
  const worktree = join(root, 'ada', 'worktree.git');
  mkdirSync(worktree);
  plainGit(join(worktree, '.git'), ['init', '-q']);
  await expect(forge.repository('ada/worktree')).rejects.toThrow(way);
  const odd = new BareRepository(join(root, 'ada', 'odd.git'));
  odd.git('config', 'core.bare', 'false');
  await expect(forge.repository('ada/odd')).rejects.toThrow(way);
  mkdirSync(join(root, 'ada', 'folder.git'));
  await expect(forge.repository('ada/folder')).rejects.toThrow(/is not a git repository/);
  mkdirSync(join(root, 'ada', 'plain'));
  await expect(forge.repository('ada/plain')).rejects.toThrow(/its name ends in .git/);
});

test('F5 a repository name leads nowhere else', async () => {
  const { forge, root } = gitForge();
  const outside = new BareRepository(join(root, '..', 'outside.git'));
  expect(outside.tip('HEAD')).toBeNull();
  const names = ['../outside', 'ada/../../outside', '-x/engine', 'ada/engine/..', 'ada', '/', ''];
  names.push('ada/engine\0', 'ada/$(id)', '../root/ada/engine');
  const answers = await Promise.allSettled(names.map((name) => forge.repository(name)));
  expect(answers).toEqual(
    names.map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: 'invalid' }) })),
  );
});

test('a repository without a branch yet has its default branch all the same', async () => {
  const { forge, bare } = gitForge();
  bare.git('symbolic-ref', 'HEAD', 'refs/heads/trunk');
  expect((await forge.repository('ada/engine')).defaultBranch).toBe('trunk');
  expect(await forge.openPulls(await forge.repository('ada/engine'))).toEqual([]);
  rmSync(join(bare.directory, 'config'));
  await expect(forge.repository('ada/engine')).rejects.toThrow(/not a bare repository/);
});
