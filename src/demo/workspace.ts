import { execFile, execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The demo's own folder: a git server, a developer's clone, and the service's state. */
export interface Workspace {
  readonly directory: string;
  readonly configFile: string;
  /** What the dashboard and the commands that act ask for. */
  readonly operatorTokenFile: string;
  readonly bare: string;
  readonly clone: string;
  readonly stateDir: string;
}

const operatorToken = 'operator-token';

/** What the demo needs beside the package itself; a checkout has it. */
export class DemoUnavailable extends Error {
  override readonly name = 'DemoUnavailable';
}

/** Lays everything out: LevelDB and Snappy as a repository on a git server, and a configuration. */
export async function layOut(directory: string, port: number): Promise<Workspace> {
  const workspace: Workspace = {
    directory,
    configFile: join(directory, 'orthrus.json'),
    operatorTokenFile: join(directory, operatorToken),
    bare: join(directory, 'srv', 'demo', 'leveldb.git'),
    clone: join(directory, 'leveldb'),
    stateDir: join(directory, 'state'),
  };
  mkdirSync(workspace.bare, { recursive: true });
  mkdirSync(workspace.clone, { recursive: true });
  const compose = findUp(join('nix', 'demo', 'compose.sh'));
  if (compose === null)
    throw new DemoUnavailable('nix/demo/compose.sh is missing; run the demo from a checkout');
  await run('/bin/sh', [compose, levelDb(), workspace.clone]);
  // Nix has what an earlier demo built; with a file of its own this one builds it anew.
  for (const job of ['leveldb', 'snappy'])
    writeFileSync(join(workspace.clone, job, 'DEMO'), `${randomUUID()}\n`);
  git(workspace.bare, 'init', '--quiet', '--bare', '--initial-branch=main');
  git(workspace.clone, 'init', '--quiet', '--initial-branch=main');
  git(workspace.clone, 'remote', 'add', 'origin', workspace.bare);
  writeFileSync(workspace.operatorTokenFile, `${randomBytes(24).toString('base64url')}\n`, {
    mode: 0o600,
  });
  writeFileSync(workspace.configFile, `${JSON.stringify(configuration(port), null, 2)}\n`);
  return workspace;
}

function configuration(port: number): unknown {
  return {
    listen: { host: '127.0.0.1', port },
    database: 'sqlite:orthrus.db',
    stateDir: 'state',
    operatorToken: { file: operatorToken },
    forges: { here: { kind: 'git', root: 'srv' } },
    ci: {
      nix: {
        kind: 'nix',
        parallel: 2,
        // The demo's jobs use this machine's own compiler, and nothing from a cache.
        nixConfig: 'sandbox = false\nbuild-users-group =\nsubstituters =',
      },
    },
    repositories: [{ forge: 'here', name: 'demo/leveldb', ci: 'nix' }],
  };
}

/** LevelDB's sources come inside an npm package that is a development dependency. */
function levelDb(): string {
  const require = createRequire(import.meta.url);
  try {
    return dirname(require.resolve('classic-level/package.json'));
  } catch {
    throw new DemoUnavailable(
      "the npm package classic-level, which holds the demo's sources, is missing; run the demo from a checkout after `npm ci`",
    );
  }
}

/** This file is in src/demo, or in dist/src/demo. */
function findUp(path: string): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < 5; level += 1) {
    if (existsSync(join(folder, path))) return join(folder, path);
    folder = dirname(folder);
  }
  return null;
}

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

export function git(directory: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      ...identity,
    },
  }).trimEnd();
}

/** A developer commits on top of `parent` and pushes to `ref`. @returns the commit */
export function pushChange(
  { clone }: Workspace,
  change: {
    readonly parent: string | null;
    readonly ref: string;
    readonly message: string;
    readonly append?: Readonly<Record<string, string>>;
    readonly prepend?: Readonly<Record<string, string>>;
  },
): string {
  if (change.parent !== null)
    git(clone, 'checkout', '--quiet', '--force', '--detach', change.parent);
  for (const [path, text] of Object.entries(change.append ?? {}))
    appendFileSync(join(clone, path), text);
  for (const [path, text] of Object.entries(change.prepend ?? {}))
    writeFileSync(join(clone, path), text + readFileSync(join(clone, path), 'utf8'));
  git(clone, 'add', '--all');
  git(clone, 'commit', '--quiet', '--message', change.message);
  const commit = git(clone, 'rev-parse', 'HEAD');
  git(clone, 'push', '--quiet', '--force', 'origin', `${commit}:${change.ref}`);
  return commit;
}

/** The symbolic links (garbage collector roots) that a stream has in the CI's state. */
export function rootsOf({ stateDir }: Workspace, stream: string): string[] {
  const prefix = `${stream.replace(/[^A-Za-z0-9]+/g, '-')}-`;
  return ['builds', 'roots'].flatMap((kind) => {
    const folder = join(stateDir, 'ci', 'nix', kind);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.startsWith(prefix))
      .flatMap((name) => linksIn(join(folder, name)));
  });
}

function linksIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name));
}
