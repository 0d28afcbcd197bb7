/** A job as an evaluation finds it. */
export interface EvaluatedJob {
  readonly name: string;
  readonly drv: string;
  /** Output name to store path. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly dist?: boolean;
}

/** A revision that a branch of a bare repository was locked to; it may be on no branch any more. */
export interface Commit {
  readonly repository: string;
  readonly revision: string;
}

/** Nix refused. `stderr` is all it said. */
export class EvaluationFailed extends Error {
  override readonly name = 'EvaluationFailed';
  readonly code = 'evaluation-failed';
  readonly stderr: string;

  constructor(stderr: string) {
    super(stderr.slice(0, 500));
    this.stderr = stderr;
  }
}

/** What Typhon has Nix do: `NixWork` really does it, `ScriptedWork` does what a test says. */
export interface Work {
  /** The derivations that were really built, in order. */
  readonly built: readonly string[];
  /** @throws {EvaluationFailed} */
  evaluate(commit: Commit, signal: AbortSignal): Promise<readonly EvaluatedJob[]>;
  /** Builds all outputs of a derivation. @returns whether it could be built */
  build(drv: string, log: (line: string) => void, signal: AbortSignal): Promise<boolean>;
  /** Whether all outputs of a derivation that was evaluated before are there. */
  isBuilt(drv: string): Promise<boolean>;
  close(): Promise<void>;
}

/** The name in a store path: `hello` of `/nix/store/…-hello.drv`. */
export function nameOf(path: string): string {
  return path.replace(/^\/nix\/store\/[^-/]+-/, '').replace(/\.drv$/, '');
}
