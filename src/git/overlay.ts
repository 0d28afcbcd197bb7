import type { Obstacle, OverlayFile, OverlayRequest } from '../ports/mirror.ts';
import { PortError } from '../ports/port-error.ts';
import { commitObject } from './commit.ts';
import { checkCommit, checkPath } from './names.ts';
import type { ReadObject } from './read-objects.ts';
import { type GitObject, gitObject, type HashName, hashOf } from './object.ts';
import { findEntry, isFile, isFolder, putEntry } from './tree.ts';

/** Gives a tree's bytes by its id, from wherever they are. */
export type ReadTree = (id: string) => Promise<Buffer>;

/** A folder to be written into: more folders, and files' contents. */
type Folder = Map<string, Folder | Buffer>;

/**
 * An overlay's objects: the commit, and the trees on the way to the files with the files. Everything else of
 * the head's tree is referred to, never read; so it comes through bit for bit (A9) and costs nothing.
 * @throws {PortError} `not-found` head or a parent is not here, `invalid` something stands in a file's way
 */
export async function overlayObjects(
  overlay: OverlayRequest,
  read: ReadObject,
  readTree: ReadTree,
): Promise<{ commit: GitObject; others: readonly GitObject[] }> {
  const head = checkCommit(overlay.head);
  const hash = hashOf(head);
  const objects: GitObject[] = [];
  for (const parent of overlay.parents) {
    if (parent !== head) await treeOf(parent, read);
  }
  const root = await rewrite(await treeOf(head, read), folders(overlay.files), '');
  return { commit: commitObject({ ...overlay, tree: root }), others: objects };

  async function rewrite(id: string | null, folder: Folder, path: string): Promise<string> {
    let tree = id === null ? Buffer.alloc(0) : await readTree(id);
    for (const [part, child] of folder) {
      const name = Buffer.from(part, 'utf8');
      const here = path === '' ? part : `${path}/${part}`;
      const old = findEntry(tree, name, idBytes(hash));
      const wanted = Buffer.isBuffer(child) ? 'file' : 'folder';
      if (old !== null && kindOf(old.mode) !== wanted) {
        throw new PortError(
          'invalid',
          `a ${kindOf(old.mode)} stands at ${here} of ${head}, where an overlay needs a ${wanted}`,
        );
      }
      if (Buffer.isBuffer(child)) {
        const blob = gitObject('blob', child, hash);
        objects.push(blob);
        tree = putEntry(tree, { mode: '100644', name, id: blob.id }, idBytes(hash));
      } else {
        const below = await rewrite(old?.id ?? null, child, here);
        tree = putEntry(tree, { mode: '40000', name, id: below }, idBytes(hash));
      }
    }
    const object = gitObject('tree', tree, hash);
    objects.push(object);
    return object.id;
  }
}

/** Which of the paths are there, and the first thing that no overlay could put a file in place of (A8, A10). */
export async function inspectPaths(
  commit: string,
  paths: readonly string[],
  read: ReadObject,
  readTree: ReadTree,
): Promise<{ existing: readonly string[]; obstacle: Obstacle | null }> {
  const root = await treeOf(commit, read);
  const seen = new Map<string, Buffer>();
  const existing: string[] = [];
  let obstacle: Obstacle | null = null;
  for (const path of paths) {
    const parts = checkPath(path);
    let id = root;
    for (const [depth, part] of parts.entries()) {
      const tree = seen.get(id) ?? (await readTree(id));
      seen.set(id, tree);
      const entry = findEntry(tree, Buffer.from(part, 'utf8'), idBytes(hashOf(id)));
      if (entry === null) break;
      const kind = kindOf(entry.mode);
      const last = depth === parts.length - 1;
      if (kind !== (last ? 'file' : 'folder')) {
        obstacle ??= { path: parts.slice(0, depth + 1).join('/'), kind };
        break;
      }
      if (last) existing.push(path);
      id = entry.id;
    }
  }
  return { existing, obstacle };
}

/** The id of a commit's tree. @throws {PortError} `not-found` */
export async function treeOf(commit: string, read: ReadObject): Promise<string> {
  const object = await read(checkCommit(commit));
  const tree = object?.content.toString('latin1', 0, 70).match(/^tree ([0-9a-f]+)\n/)?.[1];
  if (object?.kind !== 'commit' || tree === undefined) {
    throw new PortError('not-found', `commit ${commit} is not in the mirror; fetch it first`);
  }
  return tree;
}

/** @throws {PortError} `invalid` if one file's path is, or leads through, another's */
function folders(files: readonly OverlayFile[]): Folder {
  const root: Folder = new Map();
  for (const file of files) {
    const parts = checkPath(file.path);
    let folder = root;
    for (const part of parts.slice(0, -1)) {
      const below = folder.get(part) ?? new Map<string, Folder | Buffer>();
      if (Buffer.isBuffer(below)) throw clash(file);
      folder.set(part, below);
      folder = below;
    }
    const name = parts.at(-1) ?? '';
    if (folder.has(name)) throw clash(file);
    folder.set(name, Buffer.from(file.content, 'utf8'));
  }
  return root;
}

function clash(file: OverlayFile): PortError {
  return new PortError('invalid', `two bookkeeping files want ${file.path}; configure two places`);
}

function kindOf(mode: string): Obstacle['kind'] {
  if (isFolder(mode)) return 'folder';
  if (isFile(mode)) return 'file';
  return mode === '120000' ? 'symlink' : 'submodule';
}

function idBytes(hash: HashName): number {
  return hash === 'sha256' ? 32 : 20;
}
