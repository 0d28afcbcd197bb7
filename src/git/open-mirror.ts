import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { Mirror } from '../ports/mirror.ts';
import { PortError } from '../ports/port-error.ts';
import { readFile, touched } from './files.ts';
import { isAncestor, nearest, origin, type Repository } from './history.ts';
import { branchRef } from './names.ts';
import { sharedReader } from './read-objects.ts';
import { inspectPaths, overlayObjects } from './overlay.ts';
import { push } from './push.ts';
import { httpRemote, localRemote, type Remote } from './remote.ts';
import type { Git } from './run.ts';
import { writeObjects } from './write-objects.ts';

/** Which repository to mirror. Directories are absolute paths. */
export type MirrorSource =
  /** The bare repository `directory` is at hand: it is the remote and the mirror in one. */
  | { readonly kind: 'local'; readonly directory: string }
  /** The repository at `url`, mirrored in `directory`, which is made if it is not there. */
  | { readonly kind: 'remote'; readonly url: string; readonly directory: string };

/**
 * Opens a mirror, making it first where that is needed. Nothing is fetched yet. One mirror a directory and process.
 * @throws {PortError} `invalid`, `not-found`
 */
export async function openMirror(git: Git, source: MirrorSource): Promise<Mirror> {
  const { directory } = source;
  if (!isAbsolute(directory)) throw new PortError('invalid', `${directory} is no absolute path`);
  const repository = { git, directory, read: sharedReader(git, directory) };
  if (source.kind === 'local') {
    if (!isDirectory(directory)) {
      throw new PortError('not-found', `there is no repository at ${directory}`);
    }
    return mirror(repository, localRemote(repository));
  }
  const remote = httpRemote(repository, source.url);
  if (!existsSync(directory)) await create(git, directory);
  return mirror(repository, remote);
}

/** Made aside and moved into place, so that a mirror is whole or not there, whenever the process dies. */
async function create(git: Git, directory: string): Promise<void> {
  mkdirSync(dirname(directory), { recursive: true });
  await sweep(`${directory}.making-`);
  const aside = `${directory}.making-${randomUUID()}`;
  await git.run(aside, ['init', '--quiet', '--bare', '--template='], {
    what: `make a mirror in ${directory}`,
  });
  try {
    renameSync(aside, directory);
  } catch (cause) {
    rmSync(aside, { recursive: true, force: true });
    // Somebody else was first, which is as good.
    if (existsSync(directory)) return;
    throw new PortError('unavailable', `could not make a mirror in ${directory}`, { cause });
  }
}

/** Removes what processes left that died while they made a mirror. Making one takes far less than a minute. */
async function sweep(prefix: string): Promise<void> {
  const folder = dirname(prefix);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!path.startsWith(prefix)) continue;
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && Date.now() - made > 60_000) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

function mirror(repository: Repository, remote: Remote): Mirror {
  const { git, directory, read } = repository;
  const readTree = async (id: string): Promise<Buffer> => {
    let tree = await read(id);
    if (tree === null) {
      await remote.fetchTree(id);
      tree = await read(id);
    }
    if (tree === null) throw new PortError('unavailable', `tree ${id} did not come`);
    return tree.content;
  };
  return {
    fetch: (commit, ref) => remote.fetchCommit(commit, ref),
    async tip(branch) {
      return (await remote.branches(branch, false)).get(branchRef(branch)) ?? null;
    },
    async branches() {
      const all = await remote.allBranches();
      return new Map([...all].map(([ref, commit]) => [ref.slice('refs/heads/'.length), commit]));
    },
    readFile: (commit, path, limit) => readFile(repository, remote, commit, path, limit),
    touched: (base, head, paths) => touched(repository, remote, base, head, paths),
    isAncestor: (ancestor, descendant) => isAncestor(repository, ancestor, descendant),
    nearest: (commit, candidates) => nearest(repository, commit, candidates),
    origin: (tip, known, limit) => origin(repository, tip, known, limit),
    inspect: (commit, paths) => inspectPaths(commit, paths, read, readTree),
    async compose(overlay) {
      const { commit, others } = await overlayObjects(overlay, read, readTree);
      // The commit last: where it is, all of it is.
      await writeObjects(directory, others);
      await writeObjects(directory, [commit]);
      return commit.id;
    },
    push: (branch, commit, expected) => push(git, directory, remote, branch, commit, expected),
  };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
