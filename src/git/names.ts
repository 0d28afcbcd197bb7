import { PortError } from '../ports/port-error.ts';

/**
 * Names come from people and from forges: each is checked before it stands in a command, a refspec or a tree, so that
 * none can be an option, a second refspec or a path out of where it belongs (F5).
 */

/** Of `git check-ref-format`: what no ref may hold. Control characters and DEL, space, and what globs and refspecs use. */
const forbidden = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\p{Surrogate}/u;

/** The rules of `git check-ref-format`, for a full name. */
export function isRefName(ref: string): boolean {
  if (!ref.startsWith('refs/') || forbidden.test(ref) || ref.endsWith('.')) return false;
  return ref
    .split('/')
    .every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

/** @throws {PortError} `invalid` */
export function checkRef(ref: string): string {
  if (!isRefName(ref)) throw new PortError('invalid', `${JSON.stringify(ref)} is no name of a ref`);
  return ref;
}

/** The full ref of a branch. @throws {PortError} `invalid` */
export function branchRef(branch: string): string {
  // `git branch` refuses both as well: one reads as an option, the other as the checked-out commit.
  if (branch.startsWith('-') || branch === 'HEAD' || !isRefName(`refs/heads/${branch}`)) {
    throw new PortError('invalid', `${JSON.stringify(branch)} is no name of a branch`);
  }
  return `refs/heads/${branch}`;
}

/** @throws {PortError} `invalid` */
export function checkCommit(commit: string): string {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) {
    throw new PortError('invalid', `${JSON.stringify(commit)} is no full sha of a commit`);
  }
  return commit;
}

/** A path inside a tree, as its parts. @throws {PortError} `invalid` */
export function checkPath(path: string): readonly string[] {
  const parts = path.split('/');
  if (parts.some((part) => !isTreeName(part))) {
    throw new PortError(
      'invalid',
      `${JSON.stringify(path)} is no path inside a repository; give one like "ci/cache.nix"`,
    );
  }
  return parts;
}

function isTreeName(name: string): boolean {
  // `git fsck` refuses .git in every spelling that some file system takes for it.
  return (
    name !== '' && name !== '.' && name !== '..' && !/^\.git$|[\p{Cc}\\]|\p{Surrogate}/iu.test(name)
  );
}
