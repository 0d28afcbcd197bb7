import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of a commit: path to content; null removes it. */
export type Files = Readonly<Record<string, string | null>>;

/**
 * A developer with a working tree and a bare repository to push to, both real. `owner/repo.git` lies below `root`.
 */
export class Repository {
  readonly bare: string;
  readonly tree: string;
  /** Whether somebody listens to the hook that tells of pushes; it begins a Node for each. */
  isHeard = true;
  #commits = 0;

  constructor(root: string, name: string) {
    this.bare = join(root, `${name}.git`);
    this.tree = join(root, '..', 'trees', name);
    mkdirSync(join(this.bare, 'hooks'), { recursive: true });
    mkdirSync(this.tree, { recursive: true });
    // Without the samples of hooks, which are most of what a new repository is.
    const init = ['init', '--quiet', '--template=', '--initial-branch=main'];
    execGit(this.bare, ...init, '--bare');
    // Every move of every ref is kept, so that a test can tell what was pushed.
    appendFileSync(join(this.bare, 'config'), '[core]\n\tlogAllRefUpdates = always\n');
    execGit(this.tree, ...init);
    // Whatever is in the bare repository can be built upon.
    const info = join(this.tree, '.git', 'objects', 'info');
    mkdirSync(info, { recursive: true });
    writeFileSync(join(info, 'alternates'), `${join(this.bare, 'objects')}\n`);
  }

  git(...args: string[]): string {
    return execGit(this.bare, ...args);
  }

  /** Commits on top of `parent` (null: on nothing). @returns its sha; it is not pushed */
  commit(parent: string | null, files: Files, message?: string): string {
    this.#commits += 1;
    const input = [
      'commit refs/made',
      'mark :1',
      `committer Ada <ada@example.org> ${Math.floor(Date.now() / 1000)} +0000`,
      ...dataOf(message ?? `change ${this.#commits}`),
      parent === null ? 'deleteall' : `from ${parent}`,
      ...Object.entries(files).flatMap(([path, content]) =>
        content === null
          ? [`D ${quoted(path)}`]
          : [`M 100644 inline ${quoted(path)}`, ...dataOf(content)],
      ),
      'get-mark :1',
      '',
    ];
    return execFileSync('git', ['-C', this.tree, 'fast-import', '--quiet', '--force'], {
      encoding: 'utf8',
      env: gitEnvironment,
      input: input.join('\n'),
      stdio: ['pipe', 'pipe', 'pipe'],
    }).trimEnd();
  }

  /** Merges `other` into `into`. @returns the merge commit; it is not pushed */
  merge(into: string, other: string): string {
    execGit(this.tree, 'checkout', '--quiet', '--force', '--detach', into);
    execGit(this.tree, 'merge', '--quiet', '--no-ff', '--message', 'merge', other);
    return execGit(this.tree, 'rev-parse', 'HEAD');
  }

  /** Moves a ref of the bare repository to a commit, however it stood; null deletes it. */
  push(ref: string, commit: string | null): void {
    execFileSync('git', ['push', '--quiet', '--force', this.bare, `${commit ?? ''}:${ref}`], {
      cwd: this.tree,
      env: { ...gitEnvironment, ...(this.isHeard ? {} : { ORTHRUS_PUSH: '1' }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Where a ref is, or null. */
  at(ref: string): string | null {
    try {
      return execGit(this.bare, 'rev-parse', '--verify', '--quiet', ref);
    } catch {
      return null;
    }
  }

  parents(commit: string): string[] {
    const [, ...parents] = execGit(this.bare, 'rev-list', '--parents', '-n', '1', commit).split(
      ' ',
    );
    return parents;
  }

  /** The paths in which two commits' trees differ. */
  changed(from: string, to: string): string[] {
    const text = execGit(this.bare, 'diff-tree', '-r', '--no-renames', '--name-only', from, to);
    return text === '' ? [] : text.split('\n');
  }

  show(commit: string, path: string): string {
    return execFileSync('git', ['-C', this.bare, 'show', `${commit}:${path}`], {
      encoding: 'utf8',
      env: gitEnvironment,
    });
  }

  /** The newest status of every context on a commit, as the notes have them: `orthrus` to `success: 41 s, …`. */
  statuses(commit: string): Record<string, string> {
    const newest: Record<string, string> = {};
    let note: string;
    try {
      note = execGit(this.bare, 'notes', '--ref=orthrus', 'show', commit);
    } catch {
      return newest;
    }
    for (const line of note.split('\n').filter((text) => text !== '')) {
      const status: { context: string; state: string; description: string } = JSON.parse(line);
      newest[status.context] = `${status.state}: ${status.description}`;
    }
    return newest;
  }
}

/** As `git fast-import` reads a text. */
const dataOf = (text: string): string[] => [`data ${Buffer.byteLength(text)}`, text];
/** As `git fast-import` reads a path. */
const quoted = (path: string): string =>
  `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

const gitEnvironment = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
};

function execGit(directory: string, ...args: string[]): string {
  return execFileSync('git', ['-C', directory, ...args], {
    encoding: 'utf8',
    env: gitEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
  }).trimEnd();
}
