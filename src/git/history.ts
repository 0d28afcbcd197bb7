import { PortError } from '../ports/port-error.ts';
import { gitFailure } from './failure.ts';
import { checkCommit } from './names.ts';
import { withObjects } from './objects.ts';
import type { Git } from './run.ts';

/** The trailer that says whose an overlay is. */
const pullTrailer = 'Orthrus-Pull';

/** Whether `ancestor` is `descendant` or an ancestor of it; false where `ancestor` is unknown here. */
export async function isAncestor(
  git: Git,
  directory: string,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  const what = `compare ${ancestor} with ${descendant}`;
  const args = ['merge-base', '--is-ancestor', checkCommit(ancestor), checkCommit(descendant)];
  const { code, stderr } = await git.run(directory, args, { what, codes: 'any' });
  if (code === 0 || code === 1) return code === 0;
  if (!(await has(git, directory, descendant))) throw absent(descendant);
  if (!(await has(git, directory, ancestor))) return false;
  throw gitFailure(what, stderr, code);
}

/** Whether the commit is here. Never fetches. */
export async function has(git: Git, directory: string, commit: string): Promise<boolean> {
  checkCommit(commit);
  return withObjects(git, directory, async (read) => (await read(commit))?.kind === 'commit');
}

/**
 * Of `candidates`, the first met when walking back from `commit`. git's own order (newest commit date first) needs no
 * preparation, so the walk costs as much as the way to the hit.
 */
export async function nearest(
  git: Git,
  directory: string,
  commit: string,
  candidates: readonly string[],
): Promise<string | null> {
  const wanted = new Set(candidates);
  if (wanted.size === 0) return null;
  if (wanted.has(commit)) return commit;
  let hit: string | null = null;
  await walk(git, directory, ['rev-list', checkCommit(commit), '--'], commit, (line) => {
    if (wanted.has(line)) hit = line;
    return hit !== null;
  });
  return hit;
}

/** The newest commit of `tip`'s first-parent line that is in `known`, and the newest trailer on that line. */
export async function origin(
  git: Git,
  directory: string,
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
  await walk(git, directory, args, tip, (line) => {
    const next = /^commit ([0-9a-f]+)$/.exec(line)?.[1];
    if (next !== undefined) commit = next;
    else trailer ??= line.split('\t').findLast((value) => value !== '') ?? null;
    if (ours === null && wanted.has(commit)) ours = commit;
    return trailer !== null && (ours !== null || wanted.size === 0);
  });
  return { known: ours, trailer };
}

async function walk(
  git: Git,
  directory: string,
  args: readonly string[],
  from: string,
  enough: (line: string) => boolean,
): Promise<void> {
  try {
    await git.lines(directory, args, { what: `walk the history of ${from}` }, enough);
  } catch (cause) {
    if (!(await has(git, directory, from))) throw absent(from, cause);
    throw cause;
  }
}

function absent(commit: string, cause?: unknown): PortError {
  return new PortError('not-found', `commit ${commit} is not in the mirror; fetch it first`, {
    cause,
  });
}
