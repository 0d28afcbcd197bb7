import type { BuildReport, BuildRequest } from '../../ports/ci.ts';
import type { EvaluationInfo } from './evaluation-info.ts';
import type { Outputs } from './store-at-hand.ts';

/** A build that is followed until it ends, and what was seen of it so far. */
export class Follow {
  readonly build: BuildRequest;
  /** When it was first asked for, milliseconds since the epoch. */
  readonly since: number;
  /** Evaluations of the commit that had come to a bad end before this attempt began. */
  spent: ReadonlySet<string> = new Set();
  /** `spent` is known; before that, nothing can be said of the evaluations there are. */
  isReady = false;
  /** Resolves when Typhon has been asked. */
  asked: Promise<void> = Promise.resolve();
  /** The evaluation of the commit, and whether it has got as far as its jobs. */
  evaluation: { readonly uuid: string; readonly hasJobs: boolean } | null = null;
  /** Builds and actions of its jobs: an event names nothing else. */
  tasks: ReadonlySet<string> = new Set();
  /** By derivation. */
  readonly outputs = new Map<string, Outputs>();
  /** The last lines of a failed build, by its handle. */
  readonly errors = new Map<string, string>();
  /** Runs without an `end` action, and since when, milliseconds since the epoch. */
  readonly endless = new Map<string, number>();
  /** What is rooted. */
  rooted = 0;
  report: BuildReport;
  isLetGo = false;
  isBeingLookedAt = false;
  /** Something has happened since the look that is under way began. */
  lookAgain = false;

  constructor(build: BuildRequest, since: number) {
    this.build = build;
    this.since = since;
    const { stream, commit, attempt } = build;
    this.report = { stream, commit, attempt, phase: 'queued', jobs: [], error: null };
  }

  found({ handle, status }: EvaluationInfo): void {
    this.evaluation = { uuid: handle, hasJobs: status.kind === 'success' };
  }

  get isOpen(): boolean {
    return !this.isLetGo && this.report.phase !== 'finished';
  }
}
