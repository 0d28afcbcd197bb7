import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildError, JobResult } from '../../../machines/build.ts';
import type { BuildReport } from '../../ports/ci.ts';
import { list, writeWhole } from '../store/state-files.ts';
import { cancelledError, discard, readRemains, reportOf, type Remains } from './build-end.ts';
import { BuildFailed, Cancelled, Lost } from './build-interrupted.ts';
import { type EndedBuild, type PlannedJob, type StoredRequest } from './build-record.ts';
import { Commands, directoryOf } from './commands.ts';
import { forget, standingOf } from './detached.ts';
import { evaluate } from './evaluate.ts';
import { follow } from './follow.ts';
import type { Host } from './host.ts';
import { buildCommand, jobOutcome } from './job-outcome.ts';
import { makePlan, readPlan } from './plan.ts';

/**
 * One build, from its request to its last report. `carry` does what is left to do, told from what is on disk, so a build
 * that is begun and one that an earlier service began are the same to it:
 *
 *     evaluate ──▶ plan ──▶ realise every job ──▶ ended
 *        └──────────┴──────────────┴── cancelled: end its processes ──▶ ended
 *                                  └── lost (its processes are gone without a word): waits to be started again
 */
export class Build {
  readonly request: StoredRequest;
  readonly directory: string;
  lost = false;
  private readonly host: Host;
  private commands: Commands;
  private remains: Remains | null = null;
  /** Its turn has come; before that a deadline of its own runs (C3). */
  private begun = false;
  /** Too late to cancel. */
  private ending = false;
  private ended: EndedBuild | null = null;
  private plan: PlannedJob[] = [];
  private jobs: JobResult[] = [];
  private readonly whenEnded: (build: Build) => void;
  private tellEnded: () => void = () => {};
  /** Resolves when the last of it is on disk. */
  readonly over = new Promise<void>((resolve) => {
    this.tellEnded = resolve;
  });

  constructor(
    host: Host,
    directory: string,
    request: StoredRequest,
    whenEnded: (build: Build) => void,
  ) {
    this.host = host;
    this.directory = directory;
    this.request = request;
    this.whenEnded = whenEnded;
    this.commands = new Commands(host, directory, request);
  }

  get isCancelled(): boolean {
    return this.remains !== null;
  }

  report(): BuildReport {
    if (this.ended !== null) return reportOf(this.request, this.ended, 'finished');
    const phase = this.begun ? 'started' : 'queued';
    return reportOf(this.request, { jobs: this.jobs, error: null }, phase);
  }

  follows(prefix: string): boolean {
    if (this.lost || this.isCancelled) return false;
    return this.plan.some(
      (job, index) => job.follows === prefix && this.jobs[index]?.state === 'pending',
    );
  }

  /** Before `carry`, after a restart: what an earlier service had meant to do. */
  async restore(): Promise<void> {
    this.remains = await readRemains(this.directory);
    this.setPlan((await readPlan(this.directory)) ?? []);
    this.begun = (await this.prefixes()).length > 0 || this.plan.length > 0;
  }

  /** The commands that may be running: all that have a pid. */
  async prefixes(): Promise<string[]> {
    const names = (await list(this.directory)).filter((name) => name.endsWith('.pid'));
    return names.map((name) => join(this.directory, name.slice(0, -'.pid'.length)));
  }

  /** Never rejects. */
  async carry(): Promise<void> {
    let error: BuildError | null = null;
    try {
      if (!this.isCancelled) await this.work();
    } catch (reason) {
      if (this.host.closing.aborted) return;
      if (reason instanceof Lost && !this.isCancelled) return this.lose();
      if (reason instanceof BuildFailed) error = reason.error;
      else if (!(reason instanceof Lost || reason instanceof Cancelled)) {
        const message = reason instanceof Error ? reason.message : String(reason);
        error = { kind: 'infrastructure', message, paths: [] };
      }
    }
    if (this.isCancelled || error !== null) await this.commands.end(await this.prefixes());
    if (this.host.closing.aborted) return;
    await this.end(this.isCancelled ? cancelledError : error);
  }

  /**
   * Intent before action: a service that is killed after the first signal still knows that the build was to end.
   * @returns false if it has ended by itself.
   */
  async cancel(remains: Remains): Promise<boolean> {
    if (this.ending) return false;
    await writeFile(join(this.directory, 'cancelled'), remains);
    if (this.hasEnded()) return false;
    const wasCancelled = this.isCancelled;
    this.remains = remains;
    if (wasCancelled) return true;
    this.leaveUnderWay();
    this.commands.stopWaiting(new Cancelled());
    if (this.lost) {
      this.lost = false;
      void this.carry();
    }
    return true;
  }

  /** Begins again what was lost, and keeps what was not: what has ended has ended. */
  async resume(): Promise<void> {
    for (const prefix of await this.prefixes()) {
      const { kind } = await standingOf(prefix);
      if (kind === 'lost' || kind === 'terminated') await forget(prefix);
    }
    this.commands = new Commands(this.host, this.directory, this.request);
    this.lost = false;
    void this.carry();
  }

  letGo(): void {
    this.commands.stopWaiting(new Error('closed'));
  }

  private hasEnded(): boolean {
    return this.ending;
  }

  private async work(): Promise<void> {
    const plan = (await readPlan(this.directory)) ?? (await this.makePlan());
    this.setPlan(plan);
    this.begun = true;
    for (const [index, job] of plan.entries()) {
      if (!job.valid && job.follows === null && !this.host.underWay.has(job.drv)) {
        this.host.underWay.set(job.drv, join(this.directory, String(index)));
      }
    }
    this.tell();
    const results = await Promise.allSettled(plan.map((job, index) => this.realise(job, index)));
    const failed = results.filter((result) => result.status === 'rejected');
    // A lost job counts only when the others have ended: they are not left to themselves.
    const worst = failed.find((result) => !(result.reason instanceof Lost)) ?? failed[0];
    if (worst !== undefined) throw worst.reason;
  }

  private async makePlan(): Promise<PlannedJob[]> {
    const { host, directory, request, commands } = this;
    const jobs = await evaluate(host, commands, directory, request, () => this.begin());
    commands.signal.throwIfAborted();
    return await makePlan(host, directory, jobs);
  }

  private async realise(job: PlannedJob, index: number): Promise<void> {
    if (job.valid) return;
    const prefix = join(this.directory, String(index));
    try {
      let ended = await follow(this.host, job, prefix, this.commands.signal);
      ended ??= await this.commands.run(prefix, this.host.builders, buildCommand(job, prefix));
      if (ended.kind !== 'exited') throw new Lost();
      this.settle(index, await jobOutcome(job, ended, `${prefix}.log`));
    } finally {
      if (this.host.underWay.get(job.drv) === prefix) this.host.underWay.delete(job.drv);
    }
  }

  private setPlan(plan: PlannedJob[]): void {
    this.plan = plan;
    this.jobs = plan.map(({ name, drv, outputs, valid }) => ({
      name,
      drv,
      outputs,
      state: valid ? 'success' : 'pending',
      built: valid ? false : null,
      milliseconds: valid ? 0 : null,
      url: this.host.options.logUrl?.(this.request.stream, this.request, name) ?? null,
      error: null,
    }));
  }

  private settle(index: number, outcome: Partial<JobResult>): void {
    const job = this.jobs[index];
    if (job === undefined) return;
    this.jobs[index] = { ...job, ...outcome };
    if (!this.isCancelled) this.tell();
  }

  private begin(): void {
    this.begun = true;
    this.tell();
  }

  private tell(): void {
    try {
      this.host.options.listener(this.report());
    } catch {
      // a listener that fails is made up for by report()
    }
  }

  private lose(): void {
    this.lost = true;
    this.leaveUnderWay();
  }

  private leaveUnderWay(): void {
    for (const [drv, prefix] of this.host.underWay) {
      if (directoryOf(prefix) === this.directory) this.host.underWay.delete(drv);
    }
  }

  private async end(error: BuildError | null): Promise<void> {
    this.ending = true;
    this.leaveUnderWay();
    const unfinished = this.isCancelled ? 'cancelled' : 'error';
    const jobs = this.jobs.map(
      (job): JobResult => (job.state === 'pending' ? { ...job, state: unfinished } : job),
    );
    const ended = { jobs, error };
    const remains = this.remains ?? 'all';
    // Without `ended.json` a build that is to vanish is found again after a crash, and vanishes then.
    const written = remains !== 'nothing' && (await this.write(ended));
    this.ended = ended;
    this.tell();
    if (remains !== 'all') {
      await this.commands.idle();
      await discard(this.directory, remains).catch(() => {});
    }
    if (written || remains === 'nothing') this.whenEnded(this);
    this.tellEnded();
  }

  /** On a full disk it cannot: then this process still knows, and the next one finds out again. */
  private async write(ended: EndedBuild): Promise<boolean> {
    try {
      await writeWhole(join(this.directory, 'ended.json'), ended);
    } catch {
      return false;
    }
    // It held the derivations until they were built; their outputs have roots of their own.
    await unlink(join(this.directory, 'evaluation')).catch(() => {});
    return true;
  }
}
