import { execFile } from 'node:child_process';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const library = resolve(import.meta.dirname, '../../nix/lib');

export interface Entry {
  drv: string | null;
  from: string | null;
  path: string;
}
export type Cache = Record<string, Entry>;

// For every process of this test file, also those that are not a repository's.
process.env.NIX_CONFIG =
  'experimental-features = nix-command flakes\nsandbox = false\nmax-jobs = 2\nbuild-users-group =\nsubstituters =\n';

const job = z.object({ drv: z.string(), out: z.string(), intermediates: z.string() });
const jobs = z.record(z.string(), job);
export type Job = z.infer<typeof job>;
type Jobs = z.infer<typeof jobs>;

/** Whether two store paths hold the same, every byte, name, link and executable bit. */
export async function sameContent(one: string, other: string): Promise<boolean> {
  const { stdout } = await run('nix-hash', ['--type', 'sha256', one, other]);
  const [first, second] = stdout.trim().split('\n');
  return first !== undefined && first === second;
}

/** The cache file as a service writes it: every value a quoted store path or null, every name escaped. */
export function cacheFile(cache: Record<string, Entry | string | null>): string {
  const quote = (text: string) => JSON.stringify(text).replaceAll('${', '\\${');
  const value = (text: string | null) => (text === null ? 'null' : quote(text));
  const lines = Object.entries(cache).map(([name, entry]) =>
    entry === null || typeof entry === 'string'
      ? `  ${quote(name)} = ${value(entry)};`
      : `  ${quote(name)} = { drv = ${value(entry.drv)}; from = ${value(entry.from)}; path = ${value(entry.path)}; };`,
  );
  return `{\n${lines.join('\n')}\n}\n`;
}

/** A git repository with the library in `orthrus/`, evaluated and built by real Nix, purely. */
export class Repository {
  private constructor(
    readonly root: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async create(files: Record<string, string>): Promise<Repository> {
    const home = await mkdtemp(join(tmpdir(), 'orthrus-nix-'));
    await writeFile(
      join(home, 'gitconfig'),
      '[safe]\n\tdirectory = *\n[user]\n\tname = test\n\temail = test@example.org\n',
    );
    const repository = new Repository(join(home, 'repository'), {
      ...process.env,
      GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
      GIT_CONFIG_NOSYSTEM: '1',
      XDG_CACHE_HOME: join(home, 'cache'),
    });
    await mkdir(repository.root);
    await repository.git('init', '-q', '-b', 'main');
    await cp(library, join(repository.root, 'orthrus'), { recursive: true });
    for (const [path, content] of Object.entries(files)) await repository.write(path, content);
    return repository;
  }

  async destroy(): Promise<void> {
    await rm(dirname(this.root), { recursive: true, force: true });
  }

  async write(path: string, content: string): Promise<void> {
    await mkdir(dirname(this.file(path)), { recursive: true });
    await writeFile(this.file(path), content);
  }

  async edit(path: string, change: (content: string) => string): Promise<void> {
    const before = await readFile(this.file(path), 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`nothing to change in ${path}`);
    await writeFile(this.file(path), after);
  }

  async remove(path: string): Promise<void> {
    await rm(this.file(path), { recursive: true });
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(this.file(from), this.file(to));
  }

  async link(path: string, target: string): Promise<void> {
    await rm(this.file(path), { force: true });
    await mkdir(dirname(this.file(path)), { recursive: true });
    await symlink(target, this.file(path));
  }

  async mode(path: string, mode: number): Promise<void> {
    await chmod(this.file(path), mode);
  }

  /** Commits everything and returns the commit's flake URL. */
  async commit(): Promise<string> {
    await this.git('add', '-A');
    await this.git('commit', '-q', '--allow-empty', '-m', 'commit');
    const sha = (await this.git('rev-parse', 'HEAD')).trim();
    return `git+file://${this.root}?ref=main&rev=${sha}`;
  }

  /** Back to a commit's tree, as a new commit's starting point. */
  async restore(flake: string): Promise<void> {
    const sha = new URL(flake).searchParams.get('rev') ?? '';
    await this.git('read-tree', '-u', '--reset', sha);
    await this.git('clean', '-qfdx');
  }

  async evaluate(flake: string, attribute = 'typhonJobs'): Promise<Jobs> {
    const text = await this.nix(
      'eval',
      '--json',
      `${flake}#${attribute}`,
      '--apply',
      'builtins.mapAttrs (_: job: { drv = job.drvPath; out = job.out.outPath; intermediates = job.intermediates.outPath; })',
    );
    return jobs.parse(JSON.parse(text));
  }

  /** A value of the flake, as text. */
  async read(flake: string, attribute: string): Promise<string> {
    return this.nix('eval', '--raw', `${flake}#${attribute}`);
  }

  /** Builds every output of the derivations, and returns the names of those that had to be built. */
  async build(...drvs: string[]): Promise<string[]> {
    const roots = join(dirname(this.root), `root-${process.hrtime.bigint()}`);
    const { stderr } = await run(
      'nix-store',
      ['--realise', '--add-root', roots, '--indirect', ...drvs],
      {
        env: this.env,
        maxBuffer: 1 << 26,
      },
    );
    const built = stderr.matchAll(/^building '\/nix\/store\/[^-]+-(.*)\.drv'/gm);
    return [...built].map((match) => match[1] ?? '').toSorted();
  }

  async log(drv: string): Promise<string> {
    const { stdout } = await run('nix-store', ['--read-log', drv], {
      env: this.env,
      maxBuffer: 1 << 26,
    });
    return stdout;
  }

  private file(path: string): string {
    return join(this.root, path);
  }

  private async git(...args: string[]): Promise<string> {
    const { stdout } = await run('git', args, { cwd: this.root, env: this.env });
    return stdout;
  }

  private async nix(...args: string[]): Promise<string> {
    const { stdout } = await run('nix', args, { env: this.env, maxBuffer: 1 << 26 });
    return stdout;
  }
}
