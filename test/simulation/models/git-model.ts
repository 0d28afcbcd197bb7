import { createHash } from 'node:crypto';

/** Path to content. Small, and never changed once made. */
export type Tree = Readonly<Record<string, string>>;

export interface Commit {
  readonly sha: string;
  readonly tree: Tree;
  readonly parents: readonly string[];
  readonly message: string;
  /** Milliseconds; seconds count. */
  readonly date: number;
}

/** A repository as its server has it: commits, and refs by their full names. */
export class GitModel {
  readonly commits = new Map<string, Commit>();
  readonly refs = new Map<string, string>();

  /** Makes a commit; the same makings give the same one. Nothing points at it yet. */
  commit(of: Omit<Commit, 'sha'>): string {
    const files = Object.keys(of.tree)
      .toSorted()
      .map((path) => [path, of.tree[path]]);
    const date = Math.floor(of.date / 1000) * 1000;
    const sha = createHash('sha1')
      .update(JSON.stringify([files, of.parents, of.message, date]))
      .digest('hex');
    if (!this.commits.has(sha)) this.commits.set(sha, { ...of, date, sha });
    return sha;
  }

  get(sha: string): Commit {
    const commit = this.commits.get(sha);
    if (commit === undefined) throw new Error(`there is no commit ${sha}`);
    return commit;
  }

  branch(name: string): string | null {
    return this.refs.get(`refs/heads/${name}`) ?? null;
  }

  /** The commit and all its ancestors, newest date first, as `git rev-list` walks. */
  *history(sha: string): Generator<Commit> {
    const seen = new Set([sha]);
    const waiting = [this.get(sha)];
    for (;;) {
      let newest = 0;
      for (let index = 1; index < waiting.length; index += 1)
        if ((waiting[index]?.date ?? 0) > (waiting[newest]?.date ?? 0)) newest = index;
      const [next] = waiting.splice(newest, 1);
      if (next === undefined) return;
      yield next;
      for (const parent of next.parents) {
        if (seen.has(parent)) continue;
        seen.add(parent);
        waiting.push(this.get(parent));
      }
    }
  }

  isAncestor(ancestor: string, descendant: string): boolean {
    for (const { sha } of this.history(descendant)) if (sha === ancestor) return true;
    return false;
  }

  /** The newest common ancestor; null if there is none. */
  mergeBase(one: string, other: string): string | null {
    const mine = new Set([...this.history(one)].map(({ sha }) => sha));
    for (const { sha } of this.history(other)) if (mine.has(sha)) return sha;
    return null;
  }
}

/** The paths in which two trees differ. */
export function changedPaths(one: Tree, other: Tree): string[] {
  const paths = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...paths].filter((path) => one[path] !== other[path]).toSorted();
}
