import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { buildAll, push, record } from './record.ts';
import { type Cache, cacheFile, Repository } from './repository.ts';

// A job that counts: what it leaves is one more than what it started from.
const flake = (jobs: string, options = '') => `{
  outputs = _: let
    orthrus = import ./orthrus;
    count = folder: cache: derivation {
      name = folder;
      system = "x86_64-linux";
      builder = "/bin/sh";
      PATH = "/usr/bin:/bin";
      outputs = [ "out" "intermediates" ];
      args = [ "-euc" "n=$(cat $cache/count 2>/dev/null || echo 0); mkdir $intermediates; echo $((n + 1)) | tee $out > $intermediates/count" ];
      src = orthrus.source { path = ./.; inherit folder; };
      inherit cache;
    };
  in { typhonJobs = orthrus.incremental { src = ./.; jobs = { ${jobs} }; ${options} }; };
}
`;
const twoJobs = 'a = count "a"; b = count "b";';

const repositories: Repository[] = [];
async function repository(jobs = twoJobs, options = ''): Promise<Repository> {
  const created = await Repository.create({
    'flake.nix': flake(jobs, options),
    'README.md': 'read me\n',
    'a/source': randomUUID(),
    'b/source': randomUUID(),
  });
  repositories.push(created);
  return created;
}
afterEach(async () => {
  await Promise.all(repositories.splice(0).map((each) => each.destroy()));
});

/** How many builds the job's output stands on, itself among them. */
async function countOf(repo: Repository, url: string, job: string): Promise<number> {
  const out = (await repo.evaluate(url))[job]?.out ?? '';
  return Number(await readFile(out, 'utf8'));
}

const missing = `/nix/store/${'z'.repeat(32)}-missing`;

describe('the entry rule', () => {
  it('C16 builds in each push exactly the jobs whose sources it touched', async () => {
    const repo = await repository();
    const touch = (job: string) => () => repo.write(`${job}/source`, randomUUID());
    const readme = () => repo.write('README.md', randomUUID());
    const pushes: [() => Promise<void>, string[], [number, number]][] = [
      [async () => {}, ['a', 'b'], [1, 1]],
      [touch('a'), ['a'], [2, 1]],
      [readme, [], [2, 1]],
      [touch('b'), ['b'], [2, 2]],
      [async () => {}, [], [2, 2]],
      [touch('a'), ['a'], [3, 2]],
      [touch('a'), ['a'], [4, 2]],
      [() => touch('a')().then(touch('b')), ['a', 'b'], [5, 3]],
      [readme, [], [5, 3]],
    ];
    let cache: Cache = {};
    for (const [change, jobs, counts] of pushes) {
      const { flake: url, built } = await push(repo, cache, change);
      expect(built).toEqual(jobs);
      expect([await countOf(repo, url, 'a'), await countOf(repo, url, 'b')]).toEqual(counts);
      cache = await record(repo, url, cache);

      // C13: the commit that records it.
      const { built: again } = await push(repo, cache, async () => {});
      expect(again).toEqual([]);
    }
  });

  it('C16 builds nothing that a pull request does not touch, right after seeding from a cold build', async () => {
    const repo = await repository();
    const main = await repo.commit();
    expect(await buildAll(repo, main)).toEqual(['a', 'b']);
    const seed = await record(repo, main, {});
    expect(seed.a?.from).toBeNull();

    const { built } = await push(repo, seed, () => repo.write('b/source', randomUUID()));
    expect(built).toEqual(['b']);
  });

  it('C13 evaluates the commit that records the cache to derivations that are built', async () => {
    const repo = await repository();
    const { flake: before } = await push(repo, {}, async () => {});
    const { flake: after } = await push(repo, await record(repo, before, {}), async () => {});
    expect(await repo.evaluate(after)).toEqual(await repo.evaluate(before));
  });

  it('A7 does not build a job again when its sources return to what its entry was built from', async () => {
    const repo = await repository();
    const original = randomUUID();
    const { flake: first } = await push(repo, {}, () => repo.write('a/source', original));
    const cache = await record(repo, first, {});
    const second = await push(repo, cache, () => repo.write('a/source', randomUUID()));
    expect(second.built).toEqual(['a']);
    // Its result was never recorded (superseded, say): the entry is still the first one's.
    const { built } = await push(repo, cache, () => repo.write('a/source', original));
    expect(built).toEqual([]);
  });

  it('C5 starts a job cold that has no entry, and ignores the entry of one that is gone', async () => {
    const repo = await repository();
    const { flake: url, built } = await push(
      repo,
      { gone: { drv: null, from: missing, path: missing } },
      async () => {},
    );
    expect(built).toEqual(['a', 'b']);
    expect(await countOf(repo, url, 'a')).toBe(1);
  });

  it('takes a plain path as where to start from, and null, {} or no file as nothing', async () => {
    const repo = await repository();
    const cold = await repo.evaluate(await repo.commit());
    for (const content of ['null', '{ }', '{ a = null; }']) {
      await repo.write('cache.nix', content);
      expect(await repo.evaluate(await repo.commit())).toEqual(cold);
    }

    await repo.build(cold.a?.drv ?? '', cold.b?.drv ?? '');
    await repo.write('cache.nix', cacheFile({ a: cold.a?.intermediates ?? null }));
    const warm = await repo.commit();
    expect(await buildAll(repo, warm)).toEqual(['a']);
    expect(await countOf(repo, warm, 'a')).toBe(2);
  });

  it('reads the cache file from a folder', async () => {
    const repo = await repository(twoJobs, 'cacheFile = "ci/deep/cache.nix";');
    const first = await repo.commit();
    await buildAll(repo, first);
    const { a } = await record(repo, first, {});
    await repo.write('a/source', randomUUID());
    await repo.write('ci/deep/cache.nix', cacheFile(a === undefined ? {} : { a }));
    const second = await repo.commit();
    expect(await buildAll(repo, second)).toEqual(['a']);
    expect(await countOf(repo, second, 'a')).toBe(2);
  });
});

describe('a path that is gone', () => {
  it('C6 goes on from path alone when the entry has lost its from', async () => {
    const repo = await repository();
    const { flake: first } = await push(repo, {}, async () => {});
    const { a } = await record(repo, first, {});
    const entry = { drv: null, from: null, path: a?.path ?? '' };
    const { flake: url, built } = await push(repo, { a: entry }, async () => {});
    // Incremental, without the comparison; b has no entry and is what it was.
    expect(built).toEqual(['a']);
    expect(await countOf(repo, url, 'a')).toBe(2);

    const next = await record(repo, url, { a: entry });
    expect(next.a?.from).toBe(entry.path);
    expect((await push(repo, next, async () => {})).built).toEqual([]);
  });

  it.each([
    ['path', (path: string): Cache => ({ a: { drv: null, from: null, path } })],
    [
      'from',
      (path: string): Cache => ({ a: { drv: `${missing}.drv`, from: path, path: missing } }),
    ],
  ])('C6 names our own path in the evaluation error when %s is gone', async (_, cacheWith) => {
    const repo = await repository();
    const { flake: first } = await push(repo, {}, async () => {});
    const collected = execFileSync('nix-store', ['--add', `${repo.root}/a/source`], {
      encoding: 'utf8',
    }).trim();
    execFileSync('nix-store', ['--delete', collected], { stdio: 'ignore' });
    await repo.write('cache.nix', cacheFile(cacheWith(collected)));
    const url = await repo.commit();
    await expect(repo.evaluate(url)).rejects.toThrow(collected);
    // The other job is as well as before.
    expect(await repo.read(url, 'typhonJobs.b.drvPath')).toBe((await repo.evaluate(first)).b?.drv);
  });
});

describe('a cache file that is not ours', () => {
  it.each([
    ['a function', 'x: x', 'cache.nix: expected null or one entry a job, found a lambda'],
    ['a list', '[ ]', 'cache.nix: expected null or one entry a job, found a list'],
    [
      'a number for an entry',
      '{ a = 1; }',
      'cache.nix: entry "a": expected an attribute set or a path in quotes, found a int',
    ],
    [
      'a function for an entry',
      '{ a = _: null; }',
      'cache.nix: entry "a": expected an attribute set',
    ],
    ['no path', '{ a = { drv = null; from = null; }; }', 'cache.nix: entry "a": path is missing'],
    [
      'no drv',
      `{ a = { from = null; path = "${missing}"; }; }`,
      'cache.nix: entry "a": drv is missing',
    ],
    [
      'a path in no store',
      '{ a = "/etc/passwd"; }',
      'cache.nix: entry "a": path is not a store path',
    ],
    [
      'a path below a store path',
      `{ a = "${missing}/../x"; }`,
      'cache.nix: entry "a": path is not a store path',
    ],
    [
      'a from that is a number',
      `{ a = { drv = null; from = 1; path = "${missing}"; }; }`,
      'cache.nix: entry "a": from is not null or a store path',
    ],
    [
      'a drv that is a set',
      `{ a = { drv = { }; from = null; path = "${missing}"; }; }`,
      'cache.nix: entry "a": drv is not null or a store path',
    ],
  ])('C12 says what is wrong with %s', async (_, content, message) => {
    const repo = await repository();
    await repo.write('cache.nix', content);
    const url = await repo.commit();
    await expect(repo.read(url, 'typhonJobs.a.drvPath')).rejects.toThrow(message);
  });

  it('C12 stops one job for one bad entry, and not the jobs beside it', async () => {
    const repo = await repository();
    await repo.write('cache.nix', '{ a = 1; b = null; }');
    const url = await repo.commit();
    await expect(repo.read(url, 'typhonJobs.a.drvPath')).rejects.toThrow('entry "a"');
    expect(await repo.read(url, 'typhonJobs.b.drvPath')).toMatch(/-b\.drv$/);
  });

  it('C12 names the file when it does not parse', async () => {
    const repo = await repository();
    await repo.write('cache.nix', '{ "a" = ');
    await expect(repo.evaluate(await repo.commit())).rejects.toThrow(/syntax error[^]*cache\.nix/);
  });

  it('C12 takes any name for a job', async () => {
    // As JavaScript writes them, and as Nix does.
    const names = [
      'we"ird',
      'a b',
      'x.y.z',
      '${builtins.abort "ran"}',
      "''${x}",
      'back\\slash',
      '$${y}',
      'ünï',
      '-',
      '"',
    ];
    const quote = (name: string) => JSON.stringify(name).replaceAll('${', '\\${');
    const repo = await repository(names.map((name) => `${quote(name)} = count "a";`).join(' '));
    const first = await repo.commit();
    const jobs = await repo.evaluate(first);
    expect(Object.keys(jobs).toSorted()).toEqual(names.toSorted());
    await buildAll(repo, first);
    const { flake: url, built } = await push(repo, await record(repo, first, {}), async () => {});
    expect(built).toEqual([]);
    expect(await repo.evaluate(url)).toEqual(jobs);
  });
});

describe('jobs', () => {
  it('C16 are compared one by one: a job that does not evaluate is alone with it', async () => {
    const repo = await repository(`${twoJobs} broken = cache: throw "broken";`);
    const url = await repo.commit();
    await expect(repo.read(url, 'typhonJobs.broken.drvPath')).rejects.toThrow('broken');
    const a = {
      drv: `${missing}.drv`,
      from: null,
      path: await repo.read(url, 'typhonJobs.a.intermediates'),
    };
    await repo.build(await repo.read(url, 'typhonJobs.a.drvPath'));
    await repo.write('cache.nix', cacheFile({ a, broken: { ...a } }));
    expect(await repo.read(await repo.commit(), 'typhonJobs.a.drvPath')).toMatch(/-a\.drv$/);
  });

  it('may be plain derivations; anything else is an error that names the job', async () => {
    const repo = await repository('plain = count "a" "no cache"; "not one" = 1; nor = cache: { };');
    const url = await repo.commit();
    expect(await repo.read(url, 'typhonJobs.plain.drvPath')).toMatch(/-a\.drv$/);
    await expect(repo.read(url, 'typhonJobs."not one".drvPath')).rejects.toThrow(
      'job "not one" is no derivation',
    );
    await expect(repo.read(url, 'typhonJobs.nor.drvPath')).rejects.toThrow(
      'job "nor" is no derivation',
    );
  });

  it('get the same empty directory in every repository when there is no cache', async () => {
    const empty = 'show = cache: { drvPath = "${cache}"; };';
    const [one, other] = [await repository(empty), await repository(`${empty} ${twoJobs}`)];
    const path = await one.read(await one.commit(), 'typhonJobs.show.drvPath');
    expect(await other.read(await other.commit(), 'typhonJobs.show.drvPath')).toBe(path);
    expect(execFileSync('ls', ['-A', path], { encoding: 'utf8' })).toBe('');
  });
});
