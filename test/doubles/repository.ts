import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files of a commit: path to content; null removes it. */
export type Files = Readonly<Record<string, string | null>>;

/**
 * A developer with a working tree and a bare repository to push to, both real. `owner/repo.git` lies below `root`.
 */
export class Repository {
  readonly bare: string;
  readonly tree: string;
  #commits = 0;

  constructor(root: string, name: string) {
    this.bare = join(root, `${name}.git`);
    this.tree = join(root, '..', 'trees', name);
    mkdirSync(this.bare, { recursive: true });
    mkdirSync(this.tree, { recursive: true });
    execGit(this.bare, 'init', '--quiet', '--bare', '--initial-branch=main');
    // Every move of every ref is kept, so that a test can tell what was pushed.
    execGit(this.bare, 'config', 'core.logAllRefUpdates', 'always');
    execGit(this.tree, 'init', '--quiet', '--initial-branch=main');
    execGit(this.tree, 'remote', 'add', 'origin', this.bare);
    // Whatever is in the bare repository can be built upon.
    const alternates = join(this.tree, '.git', 'objects', 'info', 'alternates');
    writeFileSync(alternates, `${join(this.bare, 'objects')}\n`);
  }

  git(...args: string[]): string {
    return execGit(this.bare, ...args);
  }

  /** Commits on top of `parent` (null: on nothing). @returns its sha; it is not pushed */
  commit(parent: string | null, files: Files, message?: string): string {
    this.#commits += 1;
    if (parent === null) {
      execGit(this.tree, 'checkout', '--quiet', '--orphan', `orphan${this.#commits}`);
      execGit(this.tree, 'rm', '-rfq', '--ignore-unmatch', '.');
    } else execGit(this.tree, 'checkout', '--quiet', '--force', '--detach', parent);
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.tree, path);
      if (content === null) rmSync(file, { recursive: true, force: true });
      else {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    }
    execGit(this.tree, 'add', '--all', '--force');
    const subject = message ?? `change ${this.#commits}`;
    execGit(this.tree, 'commit', '--quiet', '--allow-empty', '--message', subject);
    return execGit(this.tree, 'rev-parse', 'HEAD');
  }

  /** Merges `other` into `into`. @returns the merge commit; it is not pushed */
  merge(into: string, other: string): string {
    execGit(this.tree, 'checkout', '--quiet', '--force', '--detach', into);
    execGit(this.tree, 'merge', '--quiet', '--no-ff', '--message', 'merge', other);
    return execGit(this.tree, 'rev-parse', 'HEAD');
  }

  /** Moves a ref of the bare repository to a commit, however it stood; null deletes it. */
  push(ref: string, commit: string | null): void {
    execGit(this.tree, 'push', '--quiet', '--force', 'origin', `${commit ?? ''}:${ref}`);
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
