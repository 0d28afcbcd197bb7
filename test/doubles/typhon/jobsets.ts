import { branchTip } from './branch-tip.ts';
import { type Flakes, targetOf } from './flakes.ts';
import type { Jobset } from './records.ts';
import { nixError } from './rust-debug.ts';
import { TyphonError } from './typhon-error.ts';

/** A project as a test gives it. */
export interface ProjectOptions {
  /** The bare repository's absolute path. */
  readonly repository: string;
  /** How its flake URLs look; `gitFlakes(repository)` if this is not given. */
  readonly flakes?: Flakes;
}

/** The jobsets of all projects. */
export class Jobsets {
  readonly #all = new Map<string, Jobset>();

  find(project: string, name: string): Jobset | undefined {
    return this.#all.get(key(project, name));
  }

  of(project: string): Jobset[] {
    return [...this.#all.values()].filter((jobset) => jobset.project === project);
  }

  /** Whether any project has one of that name. */
  named(name: string): boolean {
    return [...this.#all.values()].some((jobset) => jobset.name === name);
  }

  /** @throws {TyphonError} `internal`: there is one of that name */
  create(jobset: Jobset): void {
    if (this.find(jobset.project, jobset.name) !== undefined) throw new TyphonError('internal');
    this.#all.set(key(jobset.project, jobset.name), jobset);
  }

  /** @throws {TyphonError} `not-found` */
  get(project: string, name: string): Jobset {
    const jobset = this.find(project, name);
    if (jobset === undefined) {
      throw new TyphonError('not-found', `Jobset ${project}:${name} was not found`);
    }
    return jobset;
  }

  /** @throws {TyphonError} `not-found` */
  delete(project: string, name: string): void {
    this.get(project, name);
    this.#all.delete(key(project, name));
  }
}

function key(project: string, name: string): string {
  return JSON.stringify([project, name]);
}

/**
 * Where a jobset's URL leads at this moment.
 * @throws {TyphonError} `bad-request`: there is no such branch
 */
export async function lock(
  url: string,
  options: { repository: string; flakes: Flakes },
): Promise<{ revision: string; url: string }> {
  const target = targetOf(url);
  if ('revision' in target) return { revision: target.revision, url };
  const revision = await branchTip(options.repository, target.branch);
  if (revision === null) {
    const stderr = `error: could not find the branch '${target.branch}' of '${url}'\n`;
    const args = ['flake', 'lock', '--output-lock-file', '/dev/stdout', '--override-input', 'x'];
    throw new TyphonError('bad-request', `Nix error: ${nixError([...args, url], stderr)}`);
  }
  return { revision, url: options.flakes.locked(target.branch, revision) };
}
