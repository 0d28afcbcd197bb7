import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { BuildKey } from '../../machines/build.ts';
import type { BuildRequest, Ci } from '../../src/ports/ci.ts';
import { configurationFile } from '../../src/git/environment.ts';
import { adapters } from '../../src/service.ts';
import type { Files } from '../doubles/repository.ts';
import { flakeOf, threeJobs } from '../doubles/three-jobs.ts';
import { wrapped } from '../doubles/wrapped.ts';
import { Story, type StoryOptions } from './story.ts';

export const nixConfig = 'sandbox = false\nbuild-users-group =\nsubstituters =';
const environment = {
  ...process.env,
  NIX_CONFIG: `extra-experimental-features = nix-command flakes\n${nixConfig}\nkeep-derivations = false`,
};

const jobs = z.record(z.string(), z.object({ drv: z.string(), outputs: z.array(z.string()) }));

/**
 * A story whose builds are real: three jobs (`app`, `lib`, `doc`), each with a folder of its own, built by this machine's
 * Nix. A build says so in a file; text that begins with `broken` does not build.
 */
export class NixStory extends Story {
  readonly asked: string[] = [];
  readonly salt = randomBytes(8).toString('hex');
  /** Called before a build is asked for: what happens between the push and the evaluation. */
  beforeStart: (build: BuildRequest) => void;
  #counted = 0;

  constructor(options: StoryOptions = {}) {
    // `this` is not to be had before the base class is made.
    const own: { watch: (real: Ci) => Ci } = { watch: (real) => real };
    super({
      ...options,
      config: { ci: { nix: { kind: 'nix', nixConfig } }, ...options.config },
      ci: (...of) => own.watch(adapters.ci(...of)),
    });
    this.beforeStart = () => {};
    own.watch = (real) => this.#watched(real);
  }

  files(more: Files = {}): Files {
    return threeJobs(this, more);
  }

  /** Jobs as Nix code; `job "app"` takes the folder `app`. */
  flake(jobsCode?: string): string {
    return flakeOf(this, jobsCode);
  }

  get countFile(): string {
    return join(this.directory, 'built');
  }

  /** What was really built since this was last asked, in alphabetical order. */
  built(): string[] {
    const all = existsSync(this.countFile)
      ? readFileSync(this.countFile, 'utf8').trimEnd().split('\n')
      : [];
    const fresh = all.slice(this.#counted);
    this.#counted = all.length;
    return fresh.toSorted();
  }

  /** The newest push is seen, built, and has its verdict. */
  async push(number: number, parent: string, files: Files): Promise<string> {
    const head = this.pushPull(number, parent, files);
    await this.look();
    await this.until(number, 'idle');
    return head;
  }

  /** What a commit's jobs are, evaluated purely. */
  evaluate(commit: string, ref: string): z.infer<typeof jobs> {
    const url = `git+file://${this.repository.bare}?ref=${ref}&rev=${commit}`;
    const json = execFileSync(
      'nix',
      [
        'eval',
        '--json',
        `${url}#typhonJobs`,
        '--apply',
        'builtins.mapAttrs (_: job: { drv = job.drvPath; outputs = map (o: o.outPath) job.all; })',
      ],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...environment,
          GIT_CONFIG_GLOBAL: configurationFile(join(this.config.stateDir, 'git')),
          XDG_CACHE_HOME: join(this.directory, 'cache'),
        },
      },
    );
    return jobs.parse(JSON.parse(json));
  }

  isValid(path: string): boolean {
    try {
      execFileSync('nix-store', ['--check-validity', path], { env: environment, stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  /** Takes a path out of the store as a collection would, roots of ours first, with the derivations that name it. */
  collect(path: string): void {
    for (const link of linksIn(this.config.stateDir))
      if (readlinkSync(link) === path) unlinkSync(link);
    const nixStore = (...args: string[]): string =>
      execFileSync('nix-store', args, {
        encoding: 'utf8',
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    const naming = nixStore('--query', '--referrers-closure', path).trimEnd().split('\n');
    nixStore('--delete', ...naming);
  }

  /** Asks Nix to delete a path, as a collection would: it refuses what has a root. */
  collectKept(path: string): void {
    execFileSync('nix-store', ['--delete', path], { env: environment, stdio: 'pipe' });
  }

  #watched(real: Ci): Ci {
    const name = (build: BuildKey): string => `${build.commit.slice(0, 7)}.${build.attempt}`;
    return wrapped(real, {
      start: async (build) => {
        this.asked.push(`start ${name(build)}`);
        this.beforeStart(build);
        await real.start(build);
      },
      cancel: async (build) => {
        this.asked.push(`cancel ${name(build)}`);
        await real.cancel(build);
      },
    });
  }
}

function linksIn(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name));
}

export async function beginWithNix(options: StoryOptions = {}): Promise<NixStory> {
  const story = new NixStory(options);
  onTestFinished(() => story.end());
  return story;
}
