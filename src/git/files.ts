import { gitFailure } from './failure.ts';
import { absent, has, type Repository } from './history.ts';
import { checkCommit, checkPath } from './names.ts';
import type { Remote } from './remote.ts';

/** What a partial clone lacks of trees and files is fetched while a command looks at it. */
function lazily({ lazy }: Remote): { before: readonly string[]; network: boolean; lazy: boolean } {
  return { before: lazy ?? [], network: lazy !== null, lazy: lazy !== null };
}

/** A file's text at a commit; null where there is none, or it is no text of at most `limit` bytes. */
export async function readFile(
  repository: Repository,
  remote: Remote,
  commit: string,
  path: string,
  limit: number,
): Promise<string | null> {
  const what = `read ${path} of ${commit}`;
  const { before, ...how } = lazily(remote);
  const name = `${checkCommit(commit)}:${checkPath(path).join('/')}`;
  const run = (...args: string[]): ReturnType<typeof repository.git.run> =>
    repository.git.run(repository.directory, [...before, 'cat-file', ...args], {
      what,
      codes: 'any',
      ...how,
    });
  if (!(await has(repository.read, commit))) throw absent(commit);
  const kind = await run('-t', name);
  if (kind.code !== 0) {
    if (/does not exist in|path .* exists on disk|Not a valid object name/i.test(kind.stderr))
      return null;
    throw gitFailure(what, kind.stderr, kind.code);
  }
  if (kind.stdout.toString('utf8').trim() !== 'blob') return null;
  const size = await run('-s', name);
  if (size.code !== 0) throw gitFailure(what, size.stderr, size.code);
  if (Number(size.stdout.toString('utf8')) > limit) return null;
  const { code, stdout, stderr } = await run('blob', name);
  if (code !== 0) throw gitFailure(what, stderr, code);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(stdout);
  } catch {
    return null;
  }
}

/** The files below `paths` that `head` changes against where it left `base`; all of them, if it never was there. */
export async function touched(
  repository: Repository,
  remote: Remote,
  base: string,
  head: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const what = `compare ${head} with ${base}`;
  const left = await repository.git.run(
    repository.directory,
    ['merge-base', checkCommit(base), checkCommit(head)],
    { what, codes: [0, 1] },
  );
  const from = left.stdout.toString('utf8').trim();
  const { before, ...how } = lazily(remote);
  const list =
    from === ''
      ? ['ls-tree', '-r', '-z', '--name-only', head]
      : ['diff-tree', '-r', '-z', '--no-renames', '--name-only', from, head];
  const { stdout } = await repository.git.run(
    repository.directory,
    [
      '--literal-pathspecs',
      ...before,
      ...list,
      '--',
      ...paths.map((path) => checkPath(path).join('/')),
    ],
    { what, ...how },
  );
  return stdout
    .toString('utf8')
    .split('\0')
    .filter((name) => name !== '');
}
