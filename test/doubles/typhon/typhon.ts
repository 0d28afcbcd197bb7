import type { Actions } from './actions.ts';
import { Builds } from './builds.ts';
import type { Changes } from './changes.ts';
import { EventFeed } from './event-feed.ts';
import { Evaluations } from './evaluations.ts';
import type { Faults } from './faults.ts';
import { type Flakes, gitFlakes } from './flakes.ts';
import { Jobsets, lock, type ProjectOptions } from './jobsets.ts';
import type { Evaluation } from './records.ts';
import { Runs } from './runs.ts';
import { TaskRunner } from './task-runner.ts';
import { TyphonError } from './typhon-error.ts';
import type { Work } from './work.ts';

export interface TyphonOptions {
  /** By name. */
  readonly projects: Readonly<Record<string, ProjectOptions>>;
  /** What the `webhook` action knows as `github_webhook_secret`. */
  readonly webhookSecret: string;
  /** The admin's; null: there is none that anybody knows. */
  readonly password?: string | null;
  readonly work: Work;
  /** What every project has for `begin` and `end`. */
  readonly actions?: Actions | null;
  /** Which of a derivation's outputs is shown as `out`; if this is not given, the last in alphabetical order. */
  readonly anyOutput?: (names: readonly string[]) => string;
}

/** Typhon without its HTTP surface: the database, and the process that does the work. */
export class Typhon {
  readonly options: TyphonOptions;
  #lives = 0;
  readonly faults: Faults;
  readonly feed: EventFeed;
  readonly tasks: TaskRunner;
  readonly jobsets = new Jobsets();
  readonly builds: Builds;
  readonly runs: Runs;
  readonly evaluations: Evaluations;
  /** The store paths that Typhon keeps from the garbage collector at this moment. */
  roots: ReadonlySet<string> = new Set();

  constructor(options: TyphonOptions, faults: Faults, changes: Changes) {
    const { work } = options;
    this.options = options;
    this.faults = faults;
    this.feed = new EventFeed(faults, changes);
    this.tasks = new TaskRunner(this.feed, faults, changes);
    this.builds = new Builds(work, this.feed, this.tasks, changes);
    const actions = options.actions ?? null;
    this.runs = new Runs(this.builds, this.feed, this.tasks, changes, actions);
    const anyOutput = options.anyOutput ?? ((names) => names.toSorted().at(-1) ?? '');
    const { feed, tasks, runs } = this;
    this.evaluations = new Evaluations({ work, feed, tasks, runs, anyOutput });
  }

  /** How often the process has died. */
  get lives(): number {
    return this.#lives;
  }

  /** @throws {TyphonError} `not-found` */
  project(name: string): { repository: string; flakes: Flakes } {
    const project = Object.hasOwn(this.options.projects, name)
      ? this.options.projects[name]
      : undefined;
    if (project === undefined) throw new TyphonError('not-found', `Project ${name} was not found`);
    const { repository, flakes } = project;
    return { repository, flakes: flakes ?? gitFlakes(repository) };
  }

  newJobset(project: string, name: string, decl: { flake: boolean; url: string }): void {
    if (this.faults.newJobset === 'fails') throw new TyphonError('internal');
    this.jobsets.create({ project, name, ...decl });
  }

  /** Evaluations and builds stay, but their paths lose their roots. */
  deleteJobset(project: string, name: string): void {
    this.jobsets.delete(project, name);
    this.#renewRoots();
  }

  /**
   * Locks a jobset's branch, now, and begins an evaluation of what it is at. Unless forced, any evaluation of the
   * same URL by a jobset of the same name will do, be it of another project.
   */
  async evaluate(project: string, name: string, force: boolean): Promise<Evaluation> {
    const jobset = this.jobsets.get(project, name);
    const { repository, flakes } = this.project(project);
    const locked = await lock(jobset.url, { repository, flakes });
    const known = this.evaluations.all.find(
      (evaluation) => evaluation.jobset === name && evaluation.url === locked.url,
    );
    if (known !== undefined && !force) return known;
    const evaluation = this.evaluations.begin(jobset, locked, repository);
    this.#renewRoots();
    return evaluation;
  }

  /** The process dies. What was pending stays so for ever. */
  die(): void {
    this.#lives += 1;
    this.feed.drop();
    this.tasks.abandon();
    this.builds.forget();
  }

  /** Of the jobs that are known now: those of an evaluation that has just begun come with the next one. */
  #renewRoots(): void {
    const kept = this.evaluations.all.filter((evaluation) => this.jobsets.named(evaluation.jobset));
    const jobs = kept.flatMap((evaluation) => evaluation.jobs);
    this.roots = new Set(jobs.flatMap((job) => [job.drv, job.out]));
  }
}
