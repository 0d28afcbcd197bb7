import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheFile, Repository } from './repository.ts';

// LevelDB itself is built by the demo; its Snappy, a second's work, stands for it here.

const root = resolve(import.meta.dirname, '../..');
let repo: Repository;
beforeAll(async () => {
  repo = await Repository.create({});
  await repo.remove('orthrus');
  execFileSync(`${root}/nix/demo/compose.sh`, [`${root}/node_modules/classic-level`, repo.root]);
  // Nix has what an earlier run built.
  await repo.write('snappy/SALT', randomUUID());
});
afterAll(() => repo.destroy());

it('C16 the demo has two jobs, of which neither sees the other or the README', async () => {
  const before = await repo.evaluate(await repo.commit());
  expect(Object.keys(before)).toEqual(['leveldb', 'snappy']);
  await repo.edit('README.md', (was) => `${was}more\n`);
  expect(await repo.evaluate(await repo.commit())).toEqual(before);
  await repo.edit('snappy/snappy.cc', (was) => `${was}// more\n`);
  const { leveldb, snappy } = await repo.evaluate(await repo.commit());
  expect(leveldb).toEqual(before.leveldb);
  expect(snappy).not.toEqual(before.snappy);
});

it('the demo is built, and built on', async () => {
  const { snappy: cold } = await repo.evaluate(await repo.commit());
  await repo.build(cold?.drv ?? '');
  await repo.write('cache.nix', cacheFile({ snappy: cold?.intermediates ?? null }));
  await repo.edit('snappy/roundtrip.cc', (was) => was.replace('the same line', 'another line'));
  const { snappy: warm } = await repo.evaluate(await repo.commit());
  expect(await repo.build(warm?.drv ?? '')).toEqual(['snappy']);
  const log = await repo.log(warm?.drv ?? '');
  expect(log).toContain('orthrus: warm: 1 changed, 0 added, 0 deleted');
  expect(log).toContain('orthrus: 4 of 5 objects stand');
});
