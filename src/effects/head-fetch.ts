import type { Seed } from '../../machines/pull-request/events.ts';
import { isOurs } from './ownership.ts';
import type { CarryOut, Scene } from './scene.ts';

/** Fetches a head, and learns what must be known before its overlay can be made. Changes nothing but the mirror. */
export const headFetch: CarryOut<'head.fetch'> = async (params, scene) => {
  const { mirror, ci } = scene;
  await mirror.fetch(params.head, params.headRef);
  const tip = await mirror.tip(params.branch);
  if (tip !== null) await mirror.fetch(tip, `refs/heads/${params.branch}`);
  const ours = tip === null || tip === params.tip || (await isOurs(tip, scene));
  const fastForward =
    params.previous === null ? null : await mirror.isAncestor(params.previous, params.head);
  const { existing, obstacle } = await mirror.inspect(params.head, params.files);
  const seed = await findSeed(params.head, scene);
  const seedPaths = Object.values(seed?.entries ?? {}).flatMap(({ path, from }) =>
    from === null ? [path] : [path, from],
  );
  const missing = await ci.missing([...new Set([...params.paths, ...seedPaths])]);
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
  };
};

/** The nearest ancestor that was built on a branch we trust (H1). */
async function findSeed(head: string, scene: Scene): Promise<Seed | null> {
  const candidates = await scene.seeds();
  if (candidates.length === 0) return null;
  const nearest = await scene.mirror.nearest(head, candidates);
  return nearest === null ? null : scene.seed(nearest);
}
