import { setTimeout } from 'node:timers/promises';
import { commitObject } from '../../git/commit.ts';
import { gitFailure } from '../../git/failure.ts';
import { checkCommit } from '../../git/names.ts';
import { type ReadObject, withObjects } from '../../git/read-objects.ts';
import { type GitObject, gitObject, type HashName, hashOf } from '../../git/object.ts';
import { treeOf } from '../../git/overlay.ts';
import type { Git } from '../../git/run.ts';
import { writeObjects } from '../../git/write-objects.ts';
import { findEntry, isFile, isFolder, putEntry } from '../../git/tree.ts';
import { PortError } from '../../ports/port-error.ts';
import type { World } from '../../ports/world.ts';

const ref = 'refs/notes/orthrus';
const attempts = 100;

/**
 * Changes the note of a commit. `git notes` reads the ref, and later writes it without looking: of two at once one is
 * lost without a word. Here the ref moves only from where it was read, and a loser begins again from what it finds.
 * @param change from the old note ('' if there is none) to the new one, or null to leave it
 * @throws {PortError} `not-found` the commit is not here
 */
export async function changeNote(
  git: Git,
  world: World,
  directory: string,
  commit: string,
  change: (note: string) => string | null,
): Promise<void> {
  checkCommit(commit);
  for (let attempt = 1; ; attempt += 1) {
    const step = await withObjects(git, directory, (read) =>
      nextCommit(read, commit, change, world.now()),
    );
    if (step === null) return;
    await writeObjects(directory, step.objects);
    const { code, stderr } = await git.run(
      directory,
      ['update-ref', '--no-deref', ref, step.id, step.old ?? '0'.repeat(commit.length)],
      { what: `write ${ref}`, codes: 'any' },
    );
    if (code === 0) return;
    const lost = /cannot lock ref|File exists/.test(stderr) && !/denied|Read-only/i.test(stderr);
    if (!lost || attempt === attempts) throw gitFailure(`write ${ref}`, stderr, code);
    await setTimeout(world.random() * Math.min(100, 5 * attempt));
  }
}

/** The note of a commit, or ''. */
export async function readNote(git: Git, directory: string, commit: string): Promise<string> {
  let note = '';
  await withObjects(git, directory, (read) =>
    nextCommit(
      read,
      commit,
      (found) => {
        note = found;
        return null;
      },
      0,
    ),
  );
  return note;
}

/** The commit that would hold the changed note, with its objects, and the one it follows. */
async function nextCommit(
  read: ReadObject,
  commit: string,
  change: (note: string) => string | null,
  date: number,
): Promise<{ id: string; old: string | null; objects: readonly GitObject[] } | null> {
  await treeOf(commit, read);
  const hash = hashOf(commit);
  const old = await read(ref);
  if (old !== null && old.kind !== 'commit') {
    throw new PortError('invalid', `${ref} is no commit; delete it with git update-ref -d ${ref}`);
  }
  const objects: GitObject[] = [];
  const root = await rewrite(
    { read, change, hash, objects },
    old === null ? null : await treeOf(old.id, read),
    commit,
    true,
  );
  if (root === null) return null;
  const made = commitObject({
    tree: root,
    parents: old === null ? [] : [old.id],
    message: 'Notes added by Orthrus',
    date,
  });
  return { id: made.id, old: old?.id ?? null, objects: [...objects, made] };
}

/**
 * A notes tree with one note changed; null if it is left. git reads a note wherever the commit's hex digits lead to
 * it, with a slash after every two of them or none (the fan-out): an old note is found however deep it is, a new one
 * goes into the deepest folder there is, and into one folder at least, so that no tree grows with every commit.
 */
async function rewrite(
  work: {
    read: ReadObject;
    change: (note: string) => string | null;
    hash: HashName;
    objects: GitObject[];
  },
  id: string | null,
  digits: string,
  top: boolean,
): Promise<string | null> {
  const { read, change, hash, objects } = work;
  const bytes = hash === 'sha256' ? 32 : 20;
  const tree = id === null ? Buffer.alloc(0) : (await read(id))?.content;
  if (tree === undefined)
    throw new PortError('unavailable', `tree ${id ?? ''} of ${ref} is missing`);
  const leafName = Buffer.from(digits, 'latin1');
  const leaf = findEntry(tree, leafName, bytes);
  const folderName = Buffer.from(digits.slice(0, 2), 'latin1');
  const folder = findEntry(tree, folderName, bytes);
  const below = folder !== null && isFolder(folder.mode) ? folder.id : null;
  let changed: Buffer;
  if (!(leaf !== null && isFile(leaf.mode)) && (below !== null || top)) {
    const child = await rewrite(work, below, digits.slice(2), false);
    if (child === null) return null;
    changed = putEntry(tree, { mode: '40000', name: folderName, id: child }, bytes);
  } else {
    const before = leaf === null ? '' : ((await read(leaf.id))?.content.toString('utf8') ?? '');
    const after = change(before);
    if (after === null) return null;
    const blob = gitObject('blob', Buffer.from(after, 'utf8'), hash);
    objects.push(blob);
    changed = putEntry(tree, { mode: '100644', name: leafName, id: blob.id }, bytes);
  }
  const object = gitObject('tree', changed, hash);
  objects.push(object);
  return object.id;
}
