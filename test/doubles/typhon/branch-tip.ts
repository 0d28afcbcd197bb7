import { execFile } from 'node:child_process';

/** Where a branch of a bare repository is at this moment; null: there is no such branch. */
export function branchTip(repository: string, branch: string): Promise<string | null> {
  const ref = branch === 'HEAD' ? 'HEAD' : `refs/heads/${branch}`;
  const args = ['-c', 'safe.directory=*', '--git-dir', repository, 'rev-parse'];
  return new Promise((resolve) => {
    execFile(
      'git',
      [...args, '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
      (error, stdout) => {
        // `--end-of-options` is printed too.
        resolve(error === null ? (/[0-9a-f]{40}/.exec(stdout)?.[0] ?? null) : null);
      },
    );
  });
}
