import { join } from 'node:path';
import type { World } from '../../ports/world.ts';
import { removeDirectory, safeName } from './state-files.ts';
import { dropRoots, invalidPaths, rootPaths, rootsIn } from './store.ts';

/** The GC roots for what a stream has recorded, whichever build left it: `roots/<stream>/<any name>`. */
export function recordedRoots(stateDir: string, stream: string): string {
  return join(stateDir, 'roots', safeName(stream));
}

/**
 * Keeps exactly these paths. New roots are made before old ones go, so what is kept is never without one. A path that
 * is gone cannot be kept: the engine asks `missing` for those.
 */
export async function keepPaths(
  directory: string,
  paths: readonly string[],
  env: NodeJS.ProcessEnv,
  world: World,
): Promise<void> {
  const wanted = new Set(paths);
  const have = new Set((await rootsIn(directory)).values());
  const lacking = [...wanted].filter((path) => !have.has(path));
  if (lacking.length > 0) {
    const gone = await invalidPaths(lacking, env);
    const there = lacking.filter((path) => !gone.has(path));
    if (there.length > 0) await rootAll(join(directory, safeName(world.id())), there, env);
  }
  const roots = await rootsIn(directory);
  const kept = new Set<string>();
  const surplus = new Set<string>();
  for (const [name, path] of roots) {
    if (!wanted.has(path) || kept.has(path)) surplus.add(name);
    else kept.add(path);
  }
  await dropRoots(directory, (name) => surplus.has(name));
  if (wanted.size === 0) await removeDirectory(directory);
}

/** One process for all; should one be collected meanwhile, then one by one, so that it alone is lost. */
async function rootAll(link: string, paths: readonly string[], env: NodeJS.ProcessEnv) {
  if (await rootPaths(link, paths, env)) return;
  for (const [index, path] of paths.entries()) {
    await rootPaths(`${link}-one-${String(index)}`, [path], env);
  }
}
