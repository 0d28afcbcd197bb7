import type { Scene } from './scene.ts';

/** How far back on a branch's first-parent line a commit of ours is looked for. */
const lookBack = 1000;

/**
 * Whether a cache branch that ends in `tip` is ours: the log says that we pushed one of the commits on its first-parent
 * line or, the log being lost, the newest trailer on that line names this pull request (G5). A push whose answer was
 * lost, with its reason gone before it was asked for again, left a tip that the log does not know either: its own
 * trailer says whose it is.
 */
export async function isOurs(tip: string, scene: Scene): Promise<boolean> {
  const known = await scene.pushed();
  const origin = await scene.mirror.origin(tip, known, lookBack);
  if (origin.known !== null) return true;
  if (known.length === 0) return origin.trailer === scene.stream;
  return isOwnCommit(tip, scene);
}

/** Whether this very commit is one that we made for this pull request, and nobody has committed on top of it. */
export async function isOwnCommit(commit: string, { mirror, stream }: Scene): Promise<boolean> {
  return (await mirror.origin(commit, [], 1)).trailer === stream;
}
