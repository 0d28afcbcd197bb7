import { z } from 'zod';
import { named } from './named.ts';
import { derivationPath, storePath } from './store-path.ts';

/**
 * What is recorded of one job (design.md, "What is in cache.nix"): `path` is what the last good build of it left,
 * `drv` the derivation that left it, `from` the cache that build itself started from.
 */
export const cacheEntry = z.object({
  drv: derivationPath.nullable(),
  from: storePath.nullable(),
  path: storePath,
});
export type CacheEntry = z.infer<typeof cacheEntry>;

export const cacheEntries = named(cacheEntry);
/** Job name to entry. No entry: the job is built cold. */
export type CacheEntries = z.infer<typeof cacheEntries>;
