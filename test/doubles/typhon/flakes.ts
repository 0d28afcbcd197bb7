import { createHash } from 'node:crypto';
import { flakeUrl } from '../../../src/ci/nix/flake-url.ts';

/** How a project's flake URLs look: those of its jobsets, and those that are locked to a revision. */
export interface Flakes {
  /** What the stock `webhook` action makes of a branch. */
  jobset(branch: string): string;
  locked(branch: string, revision: string): string;
}

/** `github:owner/repo/branch`, and `github:owner/repo/<revision>?narHash=…`, as on a project at GitHub. */
export function githubFlakes(repository: string): Flakes {
  return {
    jobset: (branch) => `github:${repository}/${branch}`,
    locked: (_branch, revision) => {
      const hash = createHash('sha256').update(revision).digest('base64');
      return `github:${repository}/${revision}?narHash=sha256-${encodeURIComponent(hash)}`;
    },
  };
}

/** `git+file:///srv/owner/repo.git?ref=branch`, and the same with `rev`. */
export function gitFlakes(repository: string): Flakes {
  return {
    jobset: (branch) => `git+file://${repository}?ref=${encodeURIComponent(branch)}`,
    locked: (branch, commit) =>
      flakeUrl({ remote: repository, ref: `refs/heads/${branch}`, commit }),
  };
}

/** What a jobset's URL names: a branch, which is looked up when it is evaluated, or a revision. */
export function targetOf(url: string): { branch: string } | { revision: string } {
  const github = /^github:[^/]+\/[^/?]+\/([^?]+)/.exec(url)?.[1];
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  const revision = query.get('rev') ?? github ?? '';
  if (/^[0-9a-f]{40}$/.test(revision)) return { revision };
  const ref = query.get('ref') ?? github ?? 'HEAD';
  return { branch: ref.replace(/^refs\/heads\//, '') };
}
