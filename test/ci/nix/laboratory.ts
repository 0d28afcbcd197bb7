import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nixCi } from '../../../src/ci/nix/nix-ci.ts';
import type { NixCiOptions } from '../../../src/ci/nix/options.ts';
import type { BuildName, BuildReport, BuildRequest, Ci } from '../../../src/ports/ci.ts';
import type { World } from '../../../src/ports/world.ts';

export const execute = promisify(execFile);

export const nixConfig = 'sandbox = false\nbuild-users-group =\nsubstituters =';

export const nixEnv = {
  ...process.env,
  NIX_CONFIG: `extra-experimental-features = nix-command flakes\n${nixConfig}`,
};

export const thisWorld: World = {
  now: () => Date.now(),
  random: () => Math.random(),
  id: () => randomBytes(8).toString('hex'),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

type Empty = false | 0 | null | undefined;

function isFound<T>(found: T | Empty): found is T {
  return found !== false && found !== 0 && found !== null && found !== undefined;
}

export async function eventually<T>(
  look: () => Promise<T | Empty> | T | Empty,
  what: string,
  patience = 60_000,
): Promise<T> {
  for (const end = Date.now() + patience; ; ) {
    const found = await look();
    if (isFound(found)) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Sleeps without any program but the shell: a builder has no PATH. */
export const sleep = (seconds: number): string => `/bin/sleep ${String(seconds)}`;

/** A bare repository, a state directory and CIs over it. What is derived here is derived nowhere else: see `salt`. */
export class Laboratory {
  readonly directory: string;
  readonly remote: string;
  readonly stateDir: string;
  readonly salt = randomBytes(8).toString('hex');
  readonly reports: BuildReport[] = [];
  private readonly open: Ci[] = [];

  private constructor(directory: string, remote: string) {
    this.directory = directory;
    this.remote = join(directory, remote);
    this.stateDir = join(directory, 'state');
  }

  static async make(remote = 'remote.git'): Promise<Laboratory> {
    const laboratory = new Laboratory(await mkdtemp(join(tmpdir(), 'orthrus-nix-')), remote);
    await mkdir(laboratory.remote, { recursive: true });
    await execute('git', ['init', '-q', '--bare', '-b', 'main', laboratory.remote]);
    await writeFile(laboratory.file('gitconfig'), '[safe]\n\tdirectory = *\n');
    return laboratory;
  }

  file(name: string): string {
    return join(this.directory, name);
  }

  ci(overrides: Partial<NixCiOptions> = {}): Ci {
    const ci = nixCi({
      attribute: 'typhonJobs',
      parallel: 2,
      stateDir: this.stateDir,
      gitConfigGlobal: this.file('gitconfig'),
      world: thisWorld,
      listener: (report) => void this.reports.push(report),
      nixConfig,
      ...overrides,
    });
    this.open.push(ci);
    return ci;
  }

  /** A commit with this `flake.nix` and nothing else, on a branch of its own history. */
  async commit(flake: string, ref = 'refs/heads/orthrus/pr-1'): Promise<string> {
    const git = (args: string[], input = '') => gitWith(this.remote, args, input);
    const tree =
      flake === ''
        ? await git(['mktree'])
        : await git(
            ['mktree'],
            `100644 blob ${await git(['hash-object', '-w', '--stdin'], flake)}\tflake.nix\n`,
          );
    const commit = await git(['commit-tree', tree, '-m', randomBytes(4).toString('hex')]);
    await git(['update-ref', ref, commit]);
    return commit;
  }

  /** A flake of jobs; in their Nix code `job "name" "script"` is a derivation that has an `intermediates` too. */
  flake(jobs: string, extra = ''): string {
    return `{ outputs = { self }: let
      salted = attributes: derivation ({ system = "x86_64-linux"; builder = "/bin/sh"; salt = "${this.salt}"; } // attributes);
      job = name: script: salted { inherit name; outputs = [ "out" "intermediates" ]; args = [ "-c" script ]; };
      good = name: job name "echo building \${name}; echo \${name} > $out; echo \${name} > $intermediates";
      ${extra}
      in { typhonJobs = ${jobs}; }; }`;
  }

  request(commit: string, overrides: Partial<BuildRequest> = {}): BuildRequest {
    return {
      stream: 'here:o/r#1',
      commit,
      attempt: 1,
      repository: 'o/r',
      project: 'r',
      remote: this.remote,
      ref: 'refs/heads/orthrus/pr-1',
      patient: false,
      cachePaths: [],
      ...overrides,
    };
  }

  async build(ci: Ci, request: BuildRequest): Promise<BuildReport> {
    await ci.start(request);
    return await this.finished(ci, request);
  }

  finished(ci: Ci, request: BuildName): Promise<BuildReport> {
    return eventually(async () => {
      const report = await ci.report(request);
      return report?.phase === 'finished' && report;
    }, 'the end of the build');
  }

  /** How many lines somebody wrote into a file outside the store. */
  async count(name: string): Promise<number> {
    const text = await readFile(this.file(name), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '').length;
  }

  async clear(): Promise<void> {
    for (const ci of this.open) await ci.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function gitWith(repository: string, args: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
    const child = execFile('git', ['-C', repository, ...identity, ...args], (error, stdout) =>
      error === null ? resolve(stdout.trim()) : reject(error),
    );
    // git may have ended before it has read nothing
    child.stdin?.on('error', () => {}).end(input);
  });
}
