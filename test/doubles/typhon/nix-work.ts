import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { flakeUrl } from '../../../src/ci/nix/flake-url.ts';
import { nixEnvironment } from '../../../src/ci/nix/nix-environment.ts';
import { configurationFile, gitEnvironment, prepareHome } from '../../../src/git/environment.ts';
import { NixLog } from './nix-log.ts';
import { type Commit, EvaluationFailed, type EvaluatedJob, type Work } from './work.ts';

const nixConfig = 'sandbox = false\nbuild-users-group =\nsubstituters =\neval-cache = false';
/** A list: a set would be printed as its `outPath` if a job had that name. */
const describe = `jobs: map (name: let job = jobs.\${name}; in {
  inherit name;
  drv = builtins.unsafeDiscardStringContext job.drvPath;
  outputs = builtins.listToAttrs (map
    (output: { name = output; value = builtins.unsafeDiscardStringContext job.\${output}.outPath; })
    (job.outputs or [ "out" ]));
  dist = job.passthru.typhonDist or false;
}) (builtins.attrNames jobs)`;
const described = z.array(
  z.object({
    name: z.string(),
    drv: z.string(),
    outputs: z.record(z.string(), z.string()),
    dist: z.boolean(),
  }),
);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The flake output `typhonJobs`, evaluated and built by this machine's Nix. */
export class NixWork implements Work {
  readonly built: string[] = [];
  #directory: string | null = null;
  #caches = 0;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #outputs = new Map<string, readonly string[]>();
  readonly #children = new Set<ChildProcess>();

  evaluate(commit: Commit, signal: AbortSignal): Promise<readonly EvaluatedJob[]> {
    // One after another: they share Nix's clone.
    const mine = this.#turn.then(() => this.#evaluate(commit, signal));
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async build(drv: string, log: (line: string) => void, signal: AbortSignal): Promise<boolean> {
    const said = new NixLog(
      (started) => this.built.push(started),
      (of, line) => {
        if (of === drv) log(line);
      },
    );
    const args = ['build', '--log-format', 'internal-json', '--no-link', drv];
    const ended = await this.#run('nix', args, signal, (line) => said.read(line));
    return ended.code === 0;
  }

  async isBuilt(drv: string): Promise<boolean> {
    const paths = this.#outputs.get(drv) ?? [];
    if (paths.length === 0) return false;
    return (await this.#run('nix-store', ['--check-validity', ...paths])).code === 0;
  }

  async close(): Promise<void> {
    const ends = [...this.#children].map((child) => once(child, 'close'));
    for (const child of this.#children) child.kill('SIGTERM');
    await Promise.all(ends);
    if (this.#directory !== null) rmSync(this.#directory, { recursive: true, force: true });
  }

  async #evaluate(commit: Commit, signal: AbortSignal): Promise<readonly EvaluatedJob[]> {
    if (signal.aborted) throw new EvaluationFailed('');
    const url = `${this.#flake(commit)}#typhonJobs`;
    const ended = await this.#run('nix', ['eval', '--json', url, '--apply', describe], signal);
    // Nix may have been interrupted in the middle of making its clone.
    if (signal.aborted) this.#caches += 1;
    if (ended.code !== 0) throw new EvaluationFailed(ended.stderr);
    const jobs = described.parse(JSON.parse(ended.stdout));
    for (const job of jobs) this.#outputs.set(job.drv, Object.values(job.outputs));
    return jobs;
  }

  /**
   * The flake of a commit, from a repository of our own that borrows the objects: a forge serves every commit it has, but
   * Nix finds only those that a ref leads to, and the branch may have moved on.
   */
  #flake({ repository, revision }: Commit): string {
    const name = createHash('sha256').update(repository).digest('hex').slice(0, 16);
    const mirror = join(this.#home(), `${name}.git`);
    const git = (...args: string[]): void => {
      execFileSync('git', args, { env: gitEnvironment(this.#home()), stdio: 'pipe' });
    };
    const ref = `refs/heads/at-${revision}`;
    git('init', '--quiet', '--bare', mirror);
    writeFileSync(join(mirror, 'objects/info/alternates'), `${join(repository, 'objects')}\n`);
    git('--git-dir', mirror, 'update-ref', ref, revision);
    return flakeUrl({ remote: mirror, ref, commit: revision });
  }

  #home(): string {
    if (this.#directory === null) {
      this.#directory = mkdtempSync(join(tmpdir(), 'orthrus-typhon-'));
      prepareHome(this.#directory);
    }
    return this.#directory;
  }

  async #run(
    program: string,
    args: readonly string[],
    signal?: AbortSignal,
    onLine: (line: string) => void = () => {},
  ): Promise<Ended> {
    const env = nixEnvironment({
      own: process.env,
      gitConfigGlobal: configurationFile(this.#home()),
      cacheDir: join(this.#home(), `cache-${String(this.#caches)}`),
      nixConfig,
    });
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = once(child, 'close');
    this.#children.add(child);
    const end = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', end);
    let stdout = '';
    const stderr: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      stderr.push(line);
      onLine(line);
    });
    await closed;
    this.#children.delete(child);
    signal?.removeEventListener('abort', end);
    return { code: child.exitCode, stdout, stderr: stderr.map((line) => `${line}\n`).join('') };
  }
}
