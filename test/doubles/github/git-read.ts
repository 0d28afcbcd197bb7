import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { HostedRepository } from './state.ts';

const run = promisify(execFile);

export const gitEnvironment = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'GitHub',
  GIT_AUTHOR_EMAIL: 'noreply@github.com',
  GIT_COMMITTER_NAME: 'GitHub',
  GIT_COMMITTER_EMAIL: 'noreply@github.com',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
};

/** Runs git in the bare repository. @returns what it printed, without the last line's end */
export async function git(repository: HostedRepository, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', repository.git.bare, ...args], {
    env: gitEnvironment,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.trimEnd();
}

/** The full sha of the commit that a sha, branch, tag or full ref names; null if there is none. */
export async function commitAt(repository: HostedRepository, name: string): Promise<string | null> {
  if (name.startsWith('-')) return null;
  const spec = `${name}^{commit}`;
  return git(repository, 'rev-parse', '--verify', '--quiet', '--end-of-options', spec).catch(
    () => null,
  );
}

/** Every ref and what it points at. */
export async function readRefs(repository: HostedRepository): Promise<Map<string, string>> {
  const text = await git(repository, 'for-each-ref', '--format=%(refname) %(objectname)');
  const lines = text === '' ? [] : text.split('\n');
  return new Map(
    lines.map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)];
    }),
  );
}

export async function isAncestor(
  repository: HostedRepository,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  return git(repository, 'merge-base', '--is-ancestor', ancestor, descendant).then(
    () => true,
    () => false,
  );
}

interface Person {
  readonly name: string;
  readonly email: string;
  /** As GitHub tells it in the API: in UTC, to the second. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly modified: readonly string[];
}

const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');

/** The newest commits of a range, oldest first, at most `limit`. */
export async function readCommits(
  repository: HostedRepository,
  range: readonly string[],
  limit: number,
): Promise<Commit[]> {
  const text = await git(
    repository,
    'log',
    `--max-count=${limit}`,
    '--name-status',
    '--no-renames',
    `--format=%x01${format}%x02`,
    ...range,
    '--',
  );
  return text.split('\u0001').slice(1).map(parseCommit).toReversed();
}

function parseCommit(text: string): Commit {
  const [record = '', names = ''] = text.split('\u0002');
  const [sha, tree, parents, an, ae, ad, cn, ce, cd, message] = record.split('\0');
  const changes = names.split('\n').filter((line) => line !== '');
  const of = (letters: string): string[] =>
    changes.filter(([letter = ' ']) => letters.includes(letter)).map((line) => line.slice(2));
  return {
    sha: sha ?? '',
    tree: tree ?? '',
    parents: (parents ?? '').split(' ').filter((parent) => parent !== ''),
    author: { name: an ?? '', email: ae ?? '', date: utc(ad) },
    committer: { name: cn ?? '', email: ce ?? '', date: utc(cd) },
    message: (message ?? '').trimEnd(),
    added: of('A'),
    removed: of('D'),
    modified: of('MT'),
  };
}

const utc = (date = '1970-01-01T00:00:00Z'): string =>
  new Date(date).toISOString().replace(/\.\d+Z$/, 'Z');
