import { cacheFile } from './repository.ts';
import type { Cache, Repository } from './repository.ts';

/** What a service records after a good build of `flake`: an entry moves only with its job's derivation. */
export async function record(repository: Repository, flake: string, old: Cache): Promise<Cache> {
  const jobs = await repository.evaluate(flake);
  return Object.fromEntries(
    Object.entries(jobs).map(([name, job]) => {
      const entry = old[name];
      return [
        name,
        entry?.drv === job.drv
          ? entry
          : { drv: job.drv, from: entry?.path ?? null, path: job.intermediates },
      ];
    }),
  );
}

export async function buildAll(repository: Repository, flake: string): Promise<string[]> {
  const jobs = await repository.evaluate(flake);
  return repository.build(...Object.values(jobs).map((job) => job.drv));
}

/** A push: the change, the overlay with the cache so far, and which jobs had to be built. */
export async function push(
  repository: Repository,
  cache: Cache,
  change: () => Promise<void>,
): Promise<{ flake: string; built: string[] }> {
  await change();
  await repository.write('cache.nix', cacheFile(cache));
  await repository.write('commit.txt', `${process.hrtime.bigint()}\n`);
  const flake = await repository.commit();
  return { flake, built: await buildAll(repository, flake) };
}
