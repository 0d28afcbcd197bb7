import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory that goes when the test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'orthrus-git-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}

/** git as somebody else would run it, on the bare repository `directory`. */
export function plainGit(
  directory: string,
  args: readonly string[],
  input: string | Buffer = '',
): string {
  return plainGitBytes(directory, args, input).toString('utf8').trimEnd();
}

export function plainGitBytes(
  directory: string,
  args: readonly string[],
  input: string | Buffer = '',
): Buffer {
  return execFileSync('git', [`--git-dir=${directory}`, ...args], {
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
    env: {
      PATH: process.env['PATH'],
      HOME: tmpdir(),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.org',
      LC_ALL: 'C',
    },
  });
}

export interface CommitOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly parents?: readonly string[];
  readonly message?: string;
  /** Seconds since the epoch. Default: one later with every commit. */
  readonly date?: number;
}

let clock = 1_700_000_000;

/** A bare repository that any server could serve. */
export class BareRepository {
  readonly directory: string;

  constructor(directory: string, initArgs: readonly string[] = []) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
    plainGit(directory, ['init', '-q', '--bare', '-b', 'main', ...initArgs]);
  }

  git(...args: readonly string[]): string {
    return plainGit(this.directory, args);
  }

  /** Makes a commit that has exactly these files, and points `ref` at it. */
  commit(ref: string, options: CommitOptions = {}): string {
    clock += 1;
    const message = options.message ?? 'A change';
    const [first, ...others] = options.parents ?? [];
    const lines = [
      `commit ${ref}`,
      `committer Ada <ada@example.org> ${options.date ?? clock} +0000`,
      `data ${Buffer.byteLength(message)}`,
      message,
      ...(first === undefined ? [] : [`from ${first}`]),
      ...others.map((parent) => `merge ${parent}`),
      'deleteall',
      ...Object.entries(options.files ?? { 'README.md': 'Hello\n' }).flatMap(([path, content]) => [
        `M 100644 inline ${path}`,
        `data ${Buffer.byteLength(content)}`,
        content,
      ]),
      '',
    ];
    plainGit(this.directory, ['fast-import', '--quiet', '--force'], lines.join('\n'));
    return this.tip(ref) ?? '';
  }

  tip(ref: string): string | null {
    return this.git('for-each-ref', '--format=%(objectname)', ref).split('\n')[0] || null;
  }

  /** `<mode> <kind> <id>\t<path>` of all that a commit holds, bytes kept. */
  listing(commit: string): string {
    return plainGitBytes(this.directory, ['ls-tree', '-r', '-t', '-z', commit]).toString('latin1');
  }

  file(commit: string, path: string): string {
    return plainGitBytes(this.directory, ['cat-file', 'blob', `${commit}:${path}`]).toString(
      'utf8',
    );
  }
}
