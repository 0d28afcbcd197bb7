import type { PushResult } from '../ports/mirror.ts';
import { PortError } from '../ports/port-error.ts';
import { gitFailure, summary } from './failure.ts';
import { branchRef, checkCommit } from './names.ts';
import type { Remote } from './remote.ts';
import type { Git, GitResult } from './run.ts';

/** Rejections by which the server says that it could not, rather than that it would not. */
const passing =
  /failed to update ref|cannot lock ref|failed to lock|unable to (create|write)|unpacker error|remote failure|no space/i;

/** How git says that it lacks an object that it was to send. */
const lacking = /bad (tree )?object|unable to (read|parse)|missing (tree|blob|commit)/i;

/**
 * Moves a remote's branch, if it is where it is expected. What a failed push means is told from where the branch is
 * afterwards, not from the words of the failure: they differ between servers and versions, a connection may break
 * after the work was done (E1), and of two pushers only one is told why it lost.
 */
export async function push(
  git: Git,
  directory: string,
  remote: Remote,
  branch: string,
  commit: string | null,
  expected: string | null,
): Promise<PushResult> {
  const ref = branchRef(branch);
  if (commit !== null) checkCommit(commit);
  if (expected !== null) checkCommit(expected);
  const what = commit === null ? `delete ${branch}` : `push ${branch}`;
  const args = [
    'push',
    '--porcelain',
    '--no-verify',
    '--no-signed',
    '--no-follow-tags',
    '--recurse-submodules=no',
    `--force-with-lease=${ref}:${expected ?? ''}`,
    '--',
    remote.url,
    `${commit ?? ''}:${ref}`,
  ];
  let result: GitResult | null = null;
  let failure: unknown = null;
  try {
    result = await git.run(directory, args, { what, network: true, pushes: true, codes: 'any' });
    // A partial clone pushes what it made itself, and leaves out what the server told it has. If the server does not
    // tell of the head (a fork's, that no branch of it holds), that must be fetched to be sent.
    if (result.code !== 0 && remote.lazy !== null && lacking.test(result.stderr)) {
      const lazy = [...remote.lazy, ...args];
      const how = { what, network: true, pushes: true, lazy: true, codes: 'any' } as const;
      result = await git.run(directory, lazy, how);
    }
  } catch (error) {
    failure = error;
  }
  const verdict = result === null ? null : verdictOn(ref, result.stdout.toString('utf8'));
  if (verdict !== null && verdict.flag !== '!') return { outcome: 'pushed' };
  failure ??= result?.failure ?? gitFailure(what, result?.stderr ?? '', result?.code ?? null);

  const near = await refsNear(remote, ref, failure);
  const tip = near.get(ref) ?? null;
  if (tip === commit) return { outcome: 'pushed' };
  if (verdict === null) {
    if (tip !== expected) return { outcome: 'moved', tip };
    throw failure;
  }
  if (tip !== expected) return { outcome: 'moved', tip };
  const obstacle = [...near.keys()].find((other) => other !== ref);
  if (commit !== null && tip === null && obstacle !== undefined) {
    return { outcome: 'in-the-way', ref: obstacle };
  }
  // Somebody moved it there and back, or left a lock, or the disk was full: worth another try.
  if (passing.test(verdict.reason)) {
    const said = summary(result?.stderr ?? '') || verdict.reason;
    throw new PortError('unavailable', `could not ${what}: ${said}`, { cause: failure });
  }
  const said = refusal(result?.stderr ?? '', verdict.reason);
  const explained = await git.explain({ what, pushes: true, status: 200, headers: {}, said });
  return { outcome: 'refused', message: explained?.message ?? said };
}

/** The ref itself, those it would be a folder of, and those inside of it. */
async function refsNear(
  remote: Remote,
  ref: string,
  failure: unknown,
): Promise<ReadonlyMap<string, string>> {
  const parts = ref.split('/');
  const above = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
  let refs: ReadonlyMap<string, string>;
  try {
    refs = await remote.branches(ref.slice('refs/heads/'.length), true);
  } catch {
    // The remote cannot be asked either: the first failure says more.
    throw failure;
  }
  return new Map(
    [...refs].filter(
      ([name]) => name === ref || name.startsWith(`${ref}/`) || above.includes(name),
    ),
  );
}

/** What git's porcelain says of one ref: `<flag>\t<from>:<to>\t<summary> (<reason>)`. */
function verdictOn(ref: string, porcelain: string): { flag: string; reason: string } | null {
  for (const line of porcelain.split('\n')) {
    const [flag, refs, reason] = line.split('\t');
    if (flag?.length === 1 && refs?.endsWith(`:${ref}`) === true) {
      return { flag, reason: reason ?? '' };
    }
  }
  return null;
}

/** What the server's hook said, else why git says it declined. */
function refusal(stderr: string, reason: string): string {
  const said = stderr
    .split('\n')
    .filter((line) => line.startsWith('remote: '))
    .map((line) => line.slice('remote: '.length))
    .join('\n');
  return summary(said) || summary(/\((.*)\)\s*$/.exec(reason)?.[1] ?? reason);
}
