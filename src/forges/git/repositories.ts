import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Git } from '../../git/run.ts';
import type { ForgeRepository } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';
import type { World } from '../../ports/world.ts';

/** Where a repository keeps its id: in its own configuration, so that it moves and is renamed with it (B8). */
const idKey = 'orthrus.id';

const howToMake = 'orthrus needs one made with git init --bare or git clone --bare';

/**
 * The bare repository `owner/repo.git` below `root`, as the forge knows it.
 * @throws {PortError} `not-found`, `invalid`, `denied`
 */
export async function findRepository(
  git: Git,
  world: World,
  root: string,
  name: string,
): Promise<ForgeRepository> {
  const directory = repositoryDirectory(root, name);
  const [settings, head] = await Promise.all([
    git.run(
      directory,
      ['config', '--local', '--null', '--get-regexp', '^(core\\.bare|orthrus\\.id)$'],
      { what: `read the configuration of ${directory}`, codes: 'any' },
    ),
    git.run(directory, ['symbolic-ref', '--quiet', 'HEAD'], {
      what: `read HEAD of ${directory}`,
      codes: 'any',
    }),
  ]);
  const values = settings.stdout
    .toString('utf8')
    .split('\0')
    .map((entry) => entry.split('\n'));
  const bare = values.findLast(([key]) => key === 'core.bare')?.[1];
  if (settings.code > 1 || bare !== 'true') throw notBare(directory);
  const branch = head.stdout.toString('utf8').trim();
  return {
    id:
      checkId(directory, values.find(([key]) => key === idKey)?.[1]) ??
      (await nameIt(git, world, directory)),
    name,
    remote: directory,
    defaultBranch: branch.startsWith('refs/heads/') ? branch.slice('refs/heads/'.length) : null,
  };
}

/** @throws {PortError} `invalid`, `not-found` */
function repositoryDirectory(root: string, name: string): string {
  // One folder and one repository in it: nothing that leads elsewhere, nothing that reads as an option (F5).
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*\/[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) {
    throw new PortError(
      'invalid',
      `${JSON.stringify(name)} is no repository; name it as "owner/repo"`,
    );
  }
  const directory = join(root, `${name}.git`);
  if (isDirectory(directory)) return directory;
  if (!isDirectory(root)) {
    throw new PortError(
      'not-found',
      `the forge's root ${root} does not exist; make it, or correct "root" in the configuration`,
    );
  }
  const plain = join(root, name);
  const hint = isDirectory(plain)
    ? `${plain} does: ${howToMake}, and its name ends in .git`
    : `make it with git init --bare, or correct the repository's name in the configuration`;
  throw new PortError('not-found', `${directory} does not exist; ${hint}`);
}

function notBare(directory: string): PortError {
  const what =
    existsSync(join(directory, '.git')) || existsSync(join(directory, 'HEAD'))
      ? 'is not a bare repository'
      : 'is not a git repository';
  return new PortError('invalid', `${directory} ${what}; ${howToMake}`);
}

/**
 * Gives the repository an id. Several may try at once: each adds its own, and the first that stands there is the
 * repository's for all of them, for adding takes git's lock and appends.
 */
async function nameIt(git: Git, world: World, directory: string): Promise<string> {
  const what = `write ${idKey} into ${directory}/config`;
  const mine = world.id();
  for (let attempt = 0; ; attempt += 1) {
    const { code, stderr } = await git.run(directory, ['config', '--local', '--add', idKey, mine], {
      what,
      codes: 'any',
    });
    if (code === 0) break;
    const locked = /could not lock config file.*File exists/.test(stderr);
    if (!locked || attempt === 50) {
      throw new PortError(
        locked ? 'unavailable' : 'denied',
        `could not ${what}: ${stderr.trim()}; the user that runs orthrus must be able to write there`,
      );
    }
    await setTimeout(5 + world.random() * 20);
  }
  const { stdout } = await git.run(directory, ['config', '--local', '--null', '--get-all', idKey], {
    what: `read ${idKey} of ${directory}`,
  });
  return checkId(directory, stdout.toString('utf8').split('\0')[0]) ?? mine;
}

/** Streams are named by it, so it must not hold what their names are made of. */
function checkId(directory: string, id: string | undefined): string | null {
  if (id === undefined || id === '') return null;
  if (/^[\w.-]{1,64}$/.test(id)) return id;
  throw new PortError('invalid', `${idKey} in ${directory}/config is no id; remove that line`);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
