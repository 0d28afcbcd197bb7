import type { CacheEntry } from '../../machines/cache.ts';
import type { HeadFetched, Seed } from '../../machines/pull-request/events.ts';
import { PortError } from '../ports/port-error.ts';
import { parseCacheFile } from './cache-file.ts';
import { isOurs, isOwnCommit } from './ownership.ts';
import type { CarryOut, ParamsOf, Scene } from './scene.ts';

/** A cache file is a line a job; ten thousand jobs are within this. */
const largestCache = 8 * 1024 * 1024;

/** Fetches a head, and learns what must be known before its overlay can be made. Changes nothing but the mirror. */
export const headFetch: CarryOut<'head.fetch'> = async (params, scene) => {
  const { mirror, ci } = scene;
  await mirror.fetch(params.head, params.headRef);
  const tip = await mirror.tip(params.branch);
  if (tip !== null) await mirror.fetch(tip, `refs/heads/${params.branch}`);
  const ours = tip === null || tip === params.tip || (await isOurs(tip, scene));
  const recovered =
    tip !== null && ours && params.tip === null ? await recover(tip, params.files, scene) : null;
  const previous = params.previous ?? recovered?.head ?? null;
  const fastForward = previous === null ? null : await mirror.isAncestor(previous, params.head);
  const { existing, obstacle } = await mirror.inspect(params.head, params.files);
  const seed = await findSeed(params.head, scene);
  const seedPaths = Object.values(seed?.entries ?? {}).flatMap(pathsOfEntry);
  const recoveredPaths = Object.values(recovered?.entries ?? {}).flatMap(pathsOfEntry);
  const missing = await ci.missing([
    ...new Set([...params.paths, ...seedPaths, ...recoveredPaths]),
  ]);
  return {
    type: 'head.fetched',
    attempt: params.attempt,
    head: params.head,
    fastForward,
    tip,
    ours,
    edited: [...existing],
    obstacle,
    missing: [...missing],
    seed,
    seedIsNew: await isNew(seed, previous, fastForward, scene),
    touched: [...(await guardedChanges(params, scene))],
    recovered,
  };
};

function pathsOfEntry({ path, from }: CacheEntry): string[] {
  return from === null ? [path] : [path, from];
}

/** What a stranger's head changes of what the forge itself would run, once it is a branch of the repository (F6). */
async function guardedChanges(
  { head, guardedBase }: ParamsOf<'head.fetch'>,
  { forge, mirror }: Scene,
): Promise<readonly string[]> {
  if (guardedBase === null || forge.runs.length === 0) return [];
  const base = await mirror.tip(guardedBase);
  if (base === null)
    throw new PortError('not-found', `the base branch ${guardedBase} does not exist`);
  await mirror.fetch(base, `refs/heads/${guardedBase}`);
  return mirror.touched(base, head, forge.runs);
}

/** What the branch itself tells, where the log knows of none: the log was lost (G5). Its files are people's to edit. */
async function recover(
  tip: string,
  [cacheFile = '', commitFile = '']: readonly string[],
  scene: Scene,
): Promise<HeadFetched['recovered']> {
  // What others have committed on top of it is not gone on from (E5).
  if (!(await isOwnCommit(tip, scene))) return null;
  const { mirror } = scene;
  const [cache, commit] = await Promise.all([
    mirror.readFile(tip, cacheFile, largestCache),
    mirror.readFile(tip, commitFile, 1000),
  ]);
  const head = /^([0-9a-f]{40}|[0-9a-f]{64})\n?$/.exec(commit ?? '')?.[1];
  const entries = parseCacheFile(cache ?? '');
  return head === undefined || entries === null ? null : { commit: tip, head, entries };
}

/** What the head had before already has been built with it: then what that build left is nearer than the seed. */
async function isNew(
  seed: Seed | null,
  previous: string | null,
  fastForward: boolean | null,
  { mirror }: Scene,
): Promise<boolean> {
  if (seed === null || previous === null || fastForward !== true) return true;
  return !(await mirror.isAncestor(seed.origin.commit, previous));
}

/** The nearest ancestor that was built on a branch we trust (H1), or as the head of another pull request (H3). */
async function findSeed(head: string, scene: Scene): Promise<Seed | null> {
  const seeds = await scene.seeds();
  if (seeds.commits.length === 0) return null;
  const nearest = await scene.mirror.nearest(head, seeds.commits);
  return nearest === null ? null : seeds.at(nearest);
}
