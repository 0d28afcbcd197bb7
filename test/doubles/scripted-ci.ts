import { createHash } from 'node:crypto';
import type { BuildError, BuildKey, JobResult } from '../../machines/build.ts';
import type {
  BuildListener,
  BuildName,
  BuildReport,
  BuildRequest,
  Ci,
  Jobset,
} from '../../src/ports/ci.ts';
import { PortError } from '../../src/ports/port-error.ts';

/** A store path that looks like one of Nix's, the same for the same words. */
export function storePathOf(...words: readonly string[]): string {
  const digits = createHash('sha256').update(words.join('\0')).digest('hex').slice(0, 32);
  return `/nix/store/${digits.replaceAll('e', 'z')}-${words.at(-1)?.replace(/[^A-Za-z0-9]/g, '-')}`;
}

/** A job that succeeded: its derivation and what it left are named after `as`. */
export function built(name: string, as: string, more: Partial<JobResult> = {}): JobResult {
  return {
    name,
    state: 'success',
    drv: `${storePathOf(as, name)}.drv`,
    outputs: { out: storePathOf(as, name, 'out'), intermediates: storePathOf(as, name, 'cache') },
    built: true,
    milliseconds: 1000,
    url: null,
    error: null,
    ...more,
  };
}

export function failed(name: string, more: Partial<JobResult> = {}): JobResult {
  return { ...built(name, 'failed'), state: 'failure', outputs: {}, error: 'it broke', ...more };
}

interface ScriptedBuild {
  readonly request: BuildRequest;
  report: BuildReport | null;
}

/**
 * A CI that does what the test says, and nothing by itself: for orders of events that a real one gives once in a
 * thousand builds. It keeps a record of everything it was asked.
 */
export class ScriptedCi implements Ci {
  /** `start 1a2b3c4.1`, `cancel 1a2b3c4.1`, in order. */
  readonly calls: string[] = [];
  readonly builds = new Map<string, ScriptedBuild>();
  readonly kept = new Map<string, { paths: readonly string[]; builds: readonly BuildKey[] }>();
  /** `1a2b3c4.1 hello` to the file of that log; the evaluation's is called `evaluation`. */
  readonly logs = new Map<string, string>();
  /** Store paths that have been collected. */
  readonly gone = new Set<string>();
  /** What the next calls of a verb fail with, one each. */
  readonly faults: { start: PortError[]; cancel: PortError[]; retain: PortError[] } = {
    start: [],
    cancel: [],
    retain: [],
  };
  #listener: BuildListener;

  constructor(listener: BuildListener) {
    this.#listener = listener;
  }

  /** The service was restarted: reports go to the new one. */
  listen(listener: BuildListener): void {
    this.#listener = listener;
  }

  async start(build: BuildRequest): Promise<void> {
    const fault = this.faults.start.shift();
    if (fault !== undefined) throw fault;
    const key = keyOf(build);
    if (this.builds.has(key)) return;
    this.calls.push(`start ${key}`);
    this.builds.set(key, { request: build, report: null });
  }

  async cancel(build: BuildName): Promise<void> {
    const fault = this.faults.cancel.shift();
    if (fault !== undefined) throw fault;
    this.calls.push(`cancel ${keyOf(build)}`);
  }

  async report(build: BuildName): Promise<BuildReport | null> {
    const known = this.builds.get(keyOf(build));
    if (known === undefined) return null;
    return known.report ?? { ...reportOf(known.request), phase: 'queued', jobs: [], error: null };
  }

  async missing(paths: readonly string[]): Promise<readonly string[]> {
    return paths.filter((path) => this.gone.has(path));
  }

  async retain(
    stream: string,
    keep: { paths: readonly string[]; builds: readonly BuildKey[] },
  ): Promise<void> {
    const fault = this.faults.retain.shift();
    if (fault !== undefined) throw fault;
    if (keep.paths.length === 0 && keep.builds.length === 0) this.kept.delete(stream);
    else this.kept.set(stream, keep);
  }

  async logFile(_stream: string, build: BuildKey, job: string | null): Promise<string | null> {
    return this.logs.get(`${keyOf(build)} ${job ?? 'evaluation'}`) ?? null;
  }

  /** Whether it is a CI that builds every push by itself. */
  seesPushes = false;
  /** The jobsets that it was told to forget, by their refs. */
  readonly forgotten: string[] = [];

  async deleteJobset({ ref }: Jobset): Promise<void> {
    this.forgotten.push(ref);
  }

  read(): { ignored: string } {
    return { ignored: 'it takes no messages' };
  }

  async take(): Promise<void> {}

  async close(): Promise<void> {}

  /** The CI has lost all that it knew, as after a reboot. */
  forget(): void {
    this.builds.clear();
  }

  /** The CI says that it has begun. */
  begin(build: BuildKey): void {
    this.tell(build, { phase: 'started', jobs: [], error: null });
  }

  progress(build: BuildKey, ...jobs: JobResult[]): void {
    this.tell(build, { phase: 'started', jobs, error: null });
  }

  /** The CI says that it has ended, with these jobs. */
  finish(build: BuildKey, ...jobs: JobResult[]): void {
    this.tell(build, { phase: 'finished', jobs, error: null });
  }

  fail(build: BuildKey, error: BuildError): void {
    this.tell(build, { phase: 'finished', jobs: [], error });
  }

  /** Knows the result, but tells nobody. */
  finishSilently(build: BuildKey, ...jobs: JobResult[]): void {
    const known = this.#known(build);
    known.report = { ...reportOf(known.request), phase: 'finished', jobs, error: null };
  }

  tell(build: BuildKey, said: Pick<BuildReport, 'phase' | 'jobs' | 'error'>): void {
    const known = this.#known(build);
    known.report = { ...reportOf(known.request), ...said };
    this.#listener(known.report);
  }

  /** Reports a build that nobody asked for. */
  tellOfStranger(report: BuildReport): void {
    this.#listener(report);
  }

  #known(build: BuildKey): ScriptedBuild {
    const known = this.builds.get(keyOf(build));
    if (known === undefined) throw new Error(`nobody asked for a build of ${keyOf(build)}`);
    return known;
  }
}

function reportOf(request: BuildRequest): Pick<BuildReport, 'stream' | 'commit' | 'attempt'> {
  return { stream: request.stream, commit: request.commit, attempt: request.attempt };
}

export function keyOf(build: BuildKey): string {
  return `${build.commit.slice(0, 7)}.${build.attempt}`;
}
