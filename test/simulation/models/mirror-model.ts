import type { Mirror, Obstacle, OverlayRequest, PushResult } from '../../../src/ports/mirror.ts';
import { PortError } from '../../../src/ports/port-error.ts';
import { changedPaths, type GitModel, type Tree } from './git-model.ts';

/** Every verb of a mirror as a plain function: what it would do if nothing could go wrong on the way. */
export type MirrorVerbs = {
  [Verb in keyof Mirror]: (...of: Parameters<Mirror[Verb]>) => Awaited<ReturnType<Mirror[Verb]>>;
};

/** What the server has to say to a push, besides what git itself has. */
export interface Server {
  readonly git: GitModel;
  /** Whether it hands out that commit by now (D4). */
  has(commit: string): boolean;
  /** Why it declines to move a branch; null: it does not. */
  declines(branch: string): string | null;
  /** A ref has been moved by a push of ours. */
  moved(branch: string, from: string | null, to: string | null): void;
}

/**
 * A mirror of the model repository: a clone over the network, which knows what it has fetched or made. `known` outlives
 * the process, as a mirror on disk does. `mirror-model.test.ts` holds it to what the real one does.
 */
export function mirrorVerbs(server: Server, known: Set<string>): MirrorVerbs {
  const { git } = server;
  const need = (commit: string): string => {
    if (!known.has(commit))
      throw new PortError('not-found', `commit ${commit} is not in the mirror; fetch it first`);
    return commit;
  };
  const know = (commit: string): void => {
    const waiting = [commit];
    for (const sha of waiting) {
      if (known.has(sha)) continue;
      known.add(sha);
      waiting.push(...git.get(sha).parents);
    }
  };
  return {
    fetch(commit) {
      if (known.has(commit)) return;
      if (!git.commits.has(commit) || !server.has(commit))
        throw new PortError('not-found', `the remote does not have ${commit}`);
      know(commit);
    },
    tip: (branch) => git.branch(branch),
    branches: () =>
      new Map(
        [...git.refs].flatMap(([ref, sha]) =>
          ref.startsWith('refs/heads/') ? [[ref.slice('refs/heads/'.length), sha]] : [],
        ),
      ),
    isAncestor(ancestor, descendant) {
      need(descendant);
      return known.has(ancestor) && git.isAncestor(ancestor, descendant);
    },
    nearest(commit, candidates) {
      const wanted = new Set(candidates);
      if (wanted.size === 0) return null;
      for (const { sha } of git.history(need(commit))) if (wanted.has(sha)) return sha;
      return null;
    },
    origin(tip, candidates, limit) {
      const wanted = new Set(candidates);
      let [ours, trailer]: (string | null)[] = [null, null];
      let at: string | undefined = need(tip);
      for (let count = 0; at !== undefined && count < Math.max(1, limit); count += 1) {
        const { message, parents, sha } = git.get(at);
        if (wanted.has(sha)) ours ??= sha;
        trailer ??= /^Orthrus-Pull: (.*)$/m.exec(message)?.[1] ?? null;
        if (trailer !== null && (ours !== null || wanted.size === 0)) break;
        [at] = parents;
      }
      return { known: ours ?? null, trailer: trailer ?? null };
    },
    inspect(commit, paths) {
      const { tree } = git.get(need(commit));
      const found = paths.map((path) => inTheWay(tree, path));
      return {
        existing: paths.filter((path) => tree[path] !== undefined),
        obstacle: found.find((obstacle) => obstacle !== null) ?? null,
      };
    },
    readFile: (commit, path, limit) => {
      const text = git.get(need(commit)).tree[path];
      return text === undefined || Buffer.byteLength(text) > limit ? null : text;
    },
    touched(base, head, paths) {
      const from = git.mergeBase(need(base), need(head));
      const before = from === null ? {} : git.get(from).tree;
      return changedPaths(before, git.get(head).tree).filter((path) =>
        paths.some((folder) => path === folder || path.startsWith(`${folder}/`)),
      );
    },
    compose({ head, parents, files, message, date }: OverlayRequest) {
      const { tree } = git.get(need(head));
      for (const parent of parents) need(parent);
      for (const { path } of files) {
        const obstacle = inTheWay(tree, path);
        if (obstacle !== null)
          throw new PortError('invalid', `a ${obstacle.kind} stands at ${obstacle.path}`);
      }
      const own = Object.fromEntries(files.map(({ path, content }) => [path, content]));
      const sha = git.commit({ tree: { ...tree, ...own }, parents, message, date });
      known.add(sha);
      return sha;
    },
    push(branch, commit, expected): PushResult {
      const ref = `refs/heads/${branch}`;
      if (commit !== null) need(commit);
      const tip = git.refs.get(ref) ?? null;
      if (tip === commit) return { outcome: 'pushed' };
      if (tip !== expected) return { outcome: 'moved', tip };
      const obstacle = [...git.refs.keys()].find(
        (other) => other.startsWith(`${ref}/`) || ref.startsWith(`${other}/`),
      );
      if (commit !== null && tip === null && obstacle !== undefined)
        return { outcome: 'in-the-way', ref: obstacle };
      const why = server.declines(branch);
      if (why !== null) return { outcome: 'refused', message: why };
      if (commit === null) git.refs.delete(ref);
      else git.refs.set(ref, commit);
      server.moved(branch, tip, commit);
      return { outcome: 'pushed' };
    },
  };
}

/** A file where a folder has to be, or a folder where the file has to be (A10). The model has no links and submodules. */
function inTheWay(tree: Tree, path: string): Obstacle | null {
  const parts = path.split('/');
  for (let depth = 1; depth < parts.length; depth += 1) {
    const folder = parts.slice(0, depth).join('/');
    if (tree[folder] !== undefined) return { path: folder, kind: 'file' };
  }
  return Object.keys(tree).some((other) => other.startsWith(`${path}/`))
    ? { path, kind: 'folder' }
    : null;
}
