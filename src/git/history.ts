import { PortError } from '../ports/port-error.ts';
import { gitFailure } from './failure.ts';
import { checkCommit } from './names.ts';
import type { ReadObject } from './read-objects.ts';
import type { Git } from './run.ts';

/** A repository whose history is asked for. */
export interface Repository {
  readonly git: Git;
  readonly directory: string;
  readonly read: ReadObject;
}

/** The trailer that says whose an overlay is. */
const pullTrailer = 'Orthrus-Pull';

/** Whether `ancestor` is `descendant` or an ancestor of it; false where `ancestor` is unknown here. */
export async function isAncestor(
  repository: Repository,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  const what = `compare ${ancestor} with ${descendant}`;
  const args = ['merge-base', '--is-ancestor', checkCommit(ancestor), checkCommit(descendant)];
  const { code, stderr } = await repository.git.run(repository.directory, args, {
    what,
    codes: 'any',
  });
  if (code === 0 || code === 1) return code === 0;
  if (!(await has(repository.read, descendant))) throw absent(descendant);
  if (!(await has(repository.read, ancestor))) return false;
  throw gitFailure(what, stderr, code);
}

/** Whether the commit is here. Never fetches. */
export async function has(read: ReadObject, commit: string): Promise<boolean> {
  return (await read(checkCommit(commit)))?.kind === 'commit';
}

/**
 * Of `candidates`, the first met when walking back from `commit`. git's own order (newest commit date first) needs no
 * preparation, so the walk costs as much as the way to the hit.
 */
export async function nearest(
  repository: Repository,
  commit: string,
  candidates: readonly string[],
): Promise<string | null> {
  const wanted = new Set(candidates);
  if (wanted.size === 0) return null;
  if (wanted.has(commit)) return commit;
  let hit: string | null = null;
  await walk(repository, ['rev-list', checkCommit(commit), '--'], commit, (line) => {
    if (wanted.has(line)) hit = line;
    return hit !== null;
  });
  return hit;
}

/** The newest commit of `tip`'s first-parent line that is in `known`, and the newest trailer on that line. */
export async function origin(
  repository: Repository,
  tip: string,
  known: readonly string[],
  limit: number,
): Promise<{ known: string | null; trailer: string | null }> {
  const wanted = new Set(known);
  let ours: string | null = null;
  let trailer: string | null = null;
  let commit = '';
  // One line each: `commit <sha>`, which rev-list always says, then the trailer's last value, or nothing.
  const args = [
    'rev-list',
    '--first-parent',
    `--max-count=${Math.max(1, Math.floor(limit))}`,
    `--format=%(trailers:key=${pullTrailer},valueonly,unfold,separator=%x09)`,
    checkCommit(tip),
    '--',
  ];
  await walk(repository, args, tip, (line) => {
    const next = /^commit ([0-9a-f]+)$/.exec(line)?.[1];
    if (next !== undefined) commit = next;
    else trailer ??= line.split('\t').findLast((value) => value !== '') ?? null;
    if (ours === null && wanted.has(commit)) ours = commit;
    return trailer !== null && (ours !== null || wanted.size === 0);
  });
  return { known: ours, trailer };
}

async function walk(
  repository: Repository,
  args: readonly string[],
  from: string,
  enough: (line: string) => boolean,
): Promise<void> {
  try {
    await repository.git.lines(
      repository.directory,
      args,
      { what: `walk the history of ${from}` },
      enough,
    );
  } catch (cause) {
    if (!(await has(repository.read, from))) throw absent(from, cause);
    throw cause;
  }
}

export function absent(commit: string, cause?: unknown): PortError {
  return new PortError('not-found', `commit ${commit} is not in the mirror; fetch it first`, {
    cause,
  });
}
