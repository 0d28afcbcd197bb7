import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { PortError } from '../ports/port-error.ts';
import { redact } from './failure.ts';
import { has, type Repository } from './history.ts';
import { branchRef, checkCommit, checkRef } from './names.ts';

/** Where a mirror's objects come from and its pushes go. */
export interface Remote {
  /** What `git push` is given. */
  readonly url: string;
  /** Configuration with which git fetches by itself what the mirror lacks; null where it lacks nothing. */
  readonly lazy: readonly string[] | null;
  /** Makes a commit available. @throws {PortError} `not-found` */
  fetchCommit(commit: string, ref: string): Promise<void>;
  /** Makes one tree available, without what is in it. @throws {PortError} `not-found` */
  fetchTree(id: string): Promise<void>;
  /** Full ref to commit, of a branch; with `near`, at least also of all in whose way it would be. */
  branches(branch: string, near: boolean): Promise<ReadonlyMap<string, string>>;
  /** Full ref to commit, of all branches. */
  allBranches(): Promise<ReadonlyMap<string, string>>;
}

/** The bare repository is at hand, and is its own mirror: everything is there, or nowhere. */
export function localRemote({ git, directory, read }: Repository): Remote {
  return {
    url: directory,
    lazy: null,
    async fetchCommit(commit, ref) {
      checkRef(ref);
      if (!(await has(read, commit))) throw missing(commit, ref, directory);
    },
    async fetchTree(id) {
      throw new PortError(
        'unavailable',
        `tree ${id} is missing in ${directory}: run git fsck there`,
      );
    },
    async branches(branch, near) {
      const ref = branchRef(branch);
      // A pattern is a ref, or the folder it is in; the first folder below refs/heads holds whatever can be in the way.
      const pattern = near ? ref.split('/').slice(0, 3).join('/') : ref;
      const args = ['for-each-ref', '--format=%(objectname)%09%(refname)', '--', pattern];
      const { stdout } = await git.run(directory, args, { what: `look for ${branch}` });
      return refLines(stdout);
    },
    async allBranches() {
      const args = ['for-each-ref', '--format=%(objectname)%09%(refname)', '--', 'refs/heads'];
      return refLines((await git.run(directory, args, { what: 'list the branches' })).stdout);
    },
  };
}

/**
 * A remote over HTTP, mirrored in `directory` by a partial clone: all commits, no trees, no files.
 *
 * The mirror's own configuration does not say so. Only the commands below name a promisor remote, with `-c`; to all
 * others what was not fetched is simply missing. Otherwise a question about an unknown commit would go to the network
 * and come back with its whole history's trees, and reading one tree would bring every tree below it.
 */
export function httpRemote({ git, directory, read }: Repository, url: string): Remote {
  if (!/^(https?|file):\/\//.test(url)) {
    throw new PortError(
      'invalid',
      `${redact(url)} is no URL that can be mirrored; give an https one`,
    );
  }
  const config = [
    '-c',
    `remote.origin.url=${url}`,
    '-c',
    'remote.origin.promisor=true',
    '-c',
    'remote.origin.partialCloneFilter=tree:0',
    '-c',
    'fetch.writeCommitGraph=true',
  ];
  const fetch = async (what: string, refspec: string): Promise<void> => {
    const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--recurse-submodules=no'];
    const args = [...config, 'fetch', ...options, '--filter=tree:0', '--', 'origin', refspec];
    try {
      await git.run(directory, args, { what, network: true });
    } catch (error) {
      removeDeadLock(directory, error, git.networkTimeout);
      throw error;
    }
  };
  const heads = async (what: string): Promise<ReadonlyMap<string, string>> => {
    const args = ['ls-remote', '--quiet', '--heads', '--', url];
    return refLines((await git.run(directory, args, { what, network: true })).stdout);
  };
  const queue = oneAtATime();
  return {
    url,
    lazy: config,
    fetchCommit: (commit, ref) =>
      // One at a time: two pull requests that meet an empty mirror would both fetch all of it.
      queue(async () => {
        checkRef(ref);
        if (await has(read, checkCommit(commit))) return;
        const mine = mirrorRef(ref);
        let failure: unknown;
        try {
          await fetch(`fetch ${ref}`, `+${ref}:${mine}`);
        } catch (error) {
          if (!(error instanceof PortError && error.code === 'not-found')) throw error;
          failure = error;
        }
        if (await has(read, commit)) return;
        // The ref has moved on, or gone; the commit may still be there by its own name.
        try {
          await fetch(`fetch ${commit}`, `+${commit}:${mine}`);
        } catch (error) {
          if (!(error instanceof PortError && error.code === 'not-found')) throw error;
          failure = error;
        }
        if (!(await has(read, commit))) throw missing(commit, ref, redact(url), failure);
      }),
    fetchTree: (id) => queue(() => fetch(`fetch tree ${id}`, id)),
    branches(branch) {
      branchRef(branch);
      return heads(`look for ${branch} at ${redact(url)}`);
    },
    allBranches: () => heads(`list the branches of ${redact(url)}`),
  };
}

/**
 * A git that was killed leaves its lock, and then no fetch succeeds any more. One that is older than any command of
 * ours may live belongs to nobody, for the mirror is ours alone; the next try finds it gone.
 */
function removeDeadLock(directory: string, error: unknown, longest: number): void {
  const lock =
    error instanceof PortError && /Unable to create '([^']+\.lock)'/.exec(error.message)?.[1];
  if (!lock || !resolve(lock).startsWith(`${directory}/`)) return;
  const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (made !== undefined && Date.now() - made > longest + 60_000) rmSync(lock, { force: true });
}

/**
 * What keeps a fetched ref in the mirror. Hashed, for in the mirror `a` and `a/b` must be able to stand side by side
 * when one replaces the other at the remote.
 */
function mirrorRef(ref: string): string {
  return `refs/orthrus/${createHash('sha256').update(ref).digest('hex').slice(0, 40)}`;
}

function missing(commit: string, ref: string, where: string, cause?: unknown): PortError {
  return new PortError('not-found', `${where} does not have commit ${commit} (of ${ref})`, {
    cause,
  });
}

function refLines(output: Buffer): ReadonlyMap<string, string> {
  const refs = new Map<string, string>();
  for (const line of output.toString('utf8').split('\n')) {
    const [id, ref] = line.split('\t');
    if (id !== undefined && ref !== undefined) refs.set(ref, id);
  }
  return refs;
}

function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
