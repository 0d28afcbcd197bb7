import { storePathOf } from '../scripted-ci.ts';
import { Changes } from './changes.ts';
import { type Commit, EvaluationFailed, type EvaluatedJob, nameOf, type Work } from './work.ts';

export type EvaluationVerdict =
  | { readonly jobs: readonly EvaluatedJob[] }
  | { readonly error: string };
export type BuildVerdict = 'success' | 'failure';

/** A job whose paths are derived from its name and these words, with the outputs `out` and `intermediates`. */
export function scriptedJob(name: string, ...words: readonly string[]): EvaluatedJob {
  return {
    name,
    drv: `${storePathOf(...words, name)}.drv`,
    outputs: {
      out: storePathOf(...words, 'out', name),
      intermediates: storePathOf(...words, 'cache', `${name}-intermediates`),
    },
  };
}

class Asked<Verdict> {
  readonly decided: Promise<Verdict>;
  #decide: (verdict: Verdict) => void = () => {};
  isOpen = true;

  constructor(signal: AbortSignal) {
    this.decided = new Promise((resolve) => {
      this.#decide = resolve;
    });
    signal.addEventListener('abort', () => {
      this.isOpen = false;
    });
  }

  /** Without effect on what was cancelled meanwhile, or is decided. */
  protected decide(verdict: Verdict): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#decide(verdict);
  }
}

/** An evaluation that waits for the test's decision; none: it stays pending for ever. */
export class AskedEvaluation extends Asked<EvaluationVerdict> {
  readonly revision: string;

  constructor(revision: string, signal: AbortSignal) {
    super(signal);
    this.revision = revision;
  }

  succeed(...jobs: readonly EvaluatedJob[]): void {
    this.decide({ jobs });
  }

  /** With what Nix says on its standard error. */
  fail(stderr: string): void {
    this.decide({ error: stderr });
  }
}

/** A build that waits for the test's decision; none: it stays pending for ever. */
export class AskedBuild extends Asked<BuildVerdict> {
  readonly drv: string;
  readonly log: (line: string) => void;

  constructor(drv: string, log: (line: string) => void, signal: AbortSignal) {
    super(signal);
    this.drv = drv;
    this.log = log;
  }

  succeed(): void {
    this.decide('success');
  }

  fail(): void {
    this.decide('failure');
  }
}

/** No Nix runs: the test decides, beforehand by a rule, or one by one when Typhon asks. */
export class ScriptedWork implements Work {
  readonly built: string[] = [];
  /** Output paths that are in the store. */
  readonly valid = new Set<string>();
  /** What an evaluation of a revision gives; null: the test decides when it is asked. */
  evaluates: (revision: string) => EvaluationVerdict | null = () => null;
  /** How a build ends; null: the test decides when it is asked. */
  builds: (drv: string) => BuildVerdict | null = () => null;
  readonly #outputs = new Map<string, readonly string[]>();
  readonly #evaluations: AskedEvaluation[] = [];
  readonly #builds: AskedBuild[] = [];
  readonly #changes = new Changes();

  async evaluate(commit: Commit, signal: AbortSignal): Promise<readonly EvaluatedJob[]> {
    const { revision } = commit;
    const verdict = this.evaluates(revision) ?? (await this.#askOfEvaluation(revision, signal));
    if ('error' in verdict) throw new EvaluationFailed(verdict.error);
    for (const job of verdict.jobs) this.#outputs.set(job.drv, Object.values(job.outputs));
    return verdict.jobs;
  }

  async build(drv: string, log: (line: string) => void, signal: AbortSignal): Promise<boolean> {
    if (await this.isBuilt(drv)) return true;
    const verdict = this.builds(drv) ?? (await this.#askOfBuild(drv, log, signal));
    this.built.push(drv);
    if (verdict === 'failure') return false;
    for (const path of this.#outputs.get(drv) ?? []) this.valid.add(path);
    return true;
  }

  async isBuilt(drv: string): Promise<boolean> {
    const outputs = this.#outputs.get(drv) ?? [];
    return outputs.length > 0 && outputs.every((path) => this.valid.has(path));
  }

  async close(): Promise<void> {}

  /** The oldest evaluation of the revision that waits to be decided, once there is one. */
  askedEvaluation(revision: string): Promise<AskedEvaluation> {
    return this.#changes.until(
      () => this.#evaluations.find((asked) => asked.isOpen && asked.revision === revision),
      `an evaluation of ${revision}`,
    );
  }

  /** The oldest build that waits to be decided of a derivation, by its path or its name, once there is one. */
  askedBuild(derivation: string): Promise<AskedBuild> {
    const isIt = (drv: string): boolean => drv === derivation || nameOf(drv) === derivation;
    return this.#changes.until(
      () => this.#builds.find((asked) => asked.isOpen && isIt(asked.drv)),
      `a build of ${derivation}`,
    );
  }

  /** Takes all but these paths out of the store. @returns what was taken */
  collectGarbage(roots: ReadonlySet<string>): string[] {
    const gone = [...this.valid].filter((path) => !roots.has(path));
    for (const path of gone) this.valid.delete(path);
    return gone;
  }

  #askOfEvaluation(revision: string, signal: AbortSignal): Promise<EvaluationVerdict> {
    const asked = new AskedEvaluation(revision, signal);
    this.#evaluations.push(asked);
    this.#changes.notify();
    return asked.decided;
  }

  #askOfBuild(
    drv: string,
    log: (line: string) => void,
    signal: AbortSignal,
  ): Promise<BuildVerdict> {
    const asked = new AskedBuild(drv, log, signal);
    this.#builds.push(asked);
    this.#changes.notify();
    return asked.decided;
  }
}
