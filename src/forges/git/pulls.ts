import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { has, isAncestor } from '../../git/history.ts';
import { checkRef } from '../../git/names.ts';
import { withObjects } from '../../git/read-objects.ts';
import type { Git } from '../../git/run.ts';
import type { ForgePull, ForgeRepository, LastKnownPull } from '../../ports/forge.ts';

/** A subject line has no end of its own. */
const longestTitle = 1000;

const fields = [
  'refname',
  'symref',
  'objecttype',
  'objectname',
  '*objecttype',
  '*objectname',
  'authorname',
  'subject',
];

/** What a plain git server has no notion of. */
const untold = { authorMayWrite: true, headBranch: null, labels: [], changedAt: null } as const;

/** Every pull request that has a head ref, in one process, by number. */
export async function openPulls(
  git: Git,
  repository: ForgeRepository,
  pattern = 'refs/pull/',
): Promise<readonly ForgePull[]> {
  const format = fields.map((field) => `%(${field})`).join('%00');
  const { stdout } = await git.run(
    repository.remote,
    ['for-each-ref', `--format=${format}`, '--', pattern],
    { what: `list the pull requests of ${repository.name}` },
  );
  const bases = new Map<string, string>();
  const heads: { number: string; row: readonly string[] }[] = [];
  for (const line of stdout.toString('utf8').split('\n')) {
    const row = line.split('\0');
    const [, number, kind] = /^refs\/pull\/([1-9]\d{0,9})\/(head|base)$/.exec(row[0] ?? '') ?? [];
    if (number === undefined) continue;
    if (kind === 'head') heads.push({ number, row });
    else bases.set(number, branchOf(row[1] ?? '') ?? '');
  }
  const pulls = heads.map(async ({ number, row }): Promise<ForgePull> => {
    const [refname = '', , type, id, peeledType, peeledId, author, title] = row;
    const base = bases.get(number) || (await danglingBase(repository, number));
    return {
      number: Number(number),
      state: 'open',
      title: title?.slice(0, longestTitle) || null,
      // Whoever may write a ref may point it at anything; only a commit can be built.
      head: (type === 'commit' ? id : peeledType === 'commit' ? peeledId : null) || null,
      headRef: refname,
      base: base ?? repository.defaultBranch ?? 'HEAD',
      draft: false,
      author: author || null,
      // Whoever could push the ref may write here.
      trusted: true,
      ...untold,
    };
  });
  return (await Promise.all(pulls)).toSorted((a, b) => a.number - b.number);
}

/** One pull request. One that has gone is merged if the base's history holds its last head, else closed. */
export async function onePull(
  git: Git,
  repository: ForgeRepository,
  number: number,
  last: LastKnownPull | null,
): Promise<ForgePull | null> {
  if (!Number.isSafeInteger(number) || number < 1) return null;
  const headRef = `refs/pull/${number}/head`;
  const open = await openPulls(git, repository, `refs/pull/${number}`);
  const [pull] = open;
  if (pull !== undefined || last === null) return pull ?? null;
  // A base may be called whatever a ref may, also what `git branch` would not make (`--all`): if it were refused here,
  // its pull request would never be seen closed.
  const base = await refTip(git, repository, checkRef(`refs/heads/${last.base}`));
  const directory = repository.remote;
  const { here, merged } = await withObjects(git, directory, async (read) => {
    const known = await has(read, last.head);
    return {
      here: known,
      merged:
        known && base !== null && (await isAncestor({ git, directory, read }, last.head, base)),
    };
  });
  return {
    number,
    state: merged ? 'merged' : 'closed',
    title: last.title,
    head: here ? last.head : null,
    headRef,
    base: last.base,
    draft: false,
    author: last.author,
    trusted: true,
    ...untold,
  };
}

async function refTip(git: Git, repository: ForgeRepository, ref: string): Promise<string | null> {
  const { stdout } = await git.run(
    repository.remote,
    ['for-each-ref', '--format=%(objectname)%00%(refname)', '--', ref],
    { what: `look for ${ref} in ${repository.name}` },
  );
  for (const line of stdout.toString('utf8').split('\n')) {
    const [id, name] = line.split('\0');
    if (name === ref && id !== undefined) return id;
  }
  return null;
}

/**
 * The base of a pull request whose base branch has gone, or that names none: git lists no symbolic ref that leads
 * nowhere, and asking for each would take a process each, so its file is read. Symbolic refs are never packed.
 */
async function danglingBase(repository: ForgeRepository, number: string): Promise<string | null> {
  try {
    const file = join(repository.remote, 'refs', 'pull', number, 'base');
    const target = /^ref: (.+)\n?$/.exec(await readFile(file, 'utf8'))?.[1];
    return target === undefined ? null : branchOf(target);
  } catch {
    return null;
  }
}

function branchOf(ref: string): string | null {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
}
