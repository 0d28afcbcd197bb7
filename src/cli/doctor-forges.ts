import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Config, RepositoryConfig } from '../config/schema.ts';
import { hookMarker } from '../forges/git/hook-script.ts';
import { lineToAdd, ourHookFile } from '../forges/git/install-hook.ts';
import type { Check } from './doctor-machine.ts';

/** Every forge, and every repository of it. Looks, and changes nothing. */
export async function checkForges(config: Config): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [forge, configured] of Object.entries(config.forges)) {
    if (configured.kind !== 'git') continue;
    const { root } = configured;
    const isThere = existsSync(root);
    checks.push({
      name: `forge ${forge}`,
      ok: isThere,
      message: isThere
        ? root
        : `${root} does not exist; make it, or correct "root" in the configuration`,
    });
    if (!isThere) continue;
    for (const repository of config.repositories.filter((of) => of.forge === forge))
      checks.push(await checkRepository(root, repository));
  }
  return checks;
}

async function checkRepository(root: string, repository: RepositoryConfig): Promise<Check> {
  const name = `${repository.forge}:${repository.name}`;
  const directory = join(root, `${repository.name}.git`);
  const fault =
    (await notBare(directory)) ?? cannotWrite(directory) ?? (await missing(directory, repository));
  if (fault !== null) return { name, ok: false, message: fault };
  const hook = hookFault(directory);
  return hook === null
    ? { name, ok: true, message: directory }
    : { name, ok: false, message: `${directory}: ${hook}` };
}

async function git(directory: string, ...args: string[]): Promise<string | null> {
  try {
    const own = ['-c', `safe.directory=${directory}`, `--git-dir=${directory}`];
    const env = { PATH: process.env['PATH'], HOME: '/', GIT_CONFIG_NOSYSTEM: '1' };
    return (await promisify(execFile)('git', [...own, ...args], { env })).stdout.trim();
  } catch {
    return null;
  }
}

async function notBare(directory: string): Promise<string | null> {
  if (!existsSync(directory))
    return `${directory} does not exist; make it with git init --bare, or correct the repository's name`;
  const bare = existsSync(join(directory, 'HEAD'))
    ? await git(directory, 'rev-parse', '--is-bare-repository')
    : null;
  return bare === 'true'
    ? null
    : `${directory} is not a bare repository; orthrus needs one made with git init --bare or git clone --bare`;
}

function cannotWrite(directory: string): string | null {
  try {
    accessSync(directory, constants.W_OK);
    return null;
  } catch {
    return `${directory} cannot be written; cache branches are pushed into it: give the user that runs orthrus the permission`;
  }
}

/** A branch that is to be built and is not there seeds nothing; one that will yet be pushed is no mistake. */
async function missing(directory: string, { branches }: RepositoryConfig): Promise<string | null> {
  const refs = (await git(directory, 'for-each-ref', '--format=%(refname)', 'refs/heads')) ?? '';
  const there = refs.split('\n').filter((ref) => ref !== '');
  if (there.length === 0) return null;
  const gone = branches.filter((branch) => !there.includes(`refs/heads/${branch}`));
  return gone.length === 0
    ? null
    : `has no branch ${gone.join(', ')}; name the ones it has in "branches", so that pull requests start from their builds`;
}

/** Null: ours, or none yet, which the service installs. */
function hookFault(directory: string): string | null {
  const hook = join(directory, 'hooks', 'post-receive');
  if (!existsSync(hook)) return null;
  const text = readFileSync(hook, 'utf8');
  if (text.includes(hookMarker) || text.includes(ourHookFile)) return null;
  return `its post-receive hook is not ours; to signal pushes at once, add as its second line: ${lineToAdd(join(directory, 'hooks', ourHookFile))}`;
}
