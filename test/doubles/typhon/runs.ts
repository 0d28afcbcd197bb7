import type { ActionInput, Actions } from './actions.ts';
import type { Builds } from './builds.ts';
import type { Changes } from './changes.ts';
import type { EventFeed } from './event-feed.ts';
import { runHandle } from './infos.ts';
import type { Action, Run } from './records.ts';
import { type Outcome, Task } from './task.ts';
import type { TaskRunner } from './task-runner.ts';
import { seconds, uuidAt } from './uuid.ts';

/** The runs of jobs: the build and `begin` start together, and when both are over `end` does. */
export class Runs {
  /** Every `begin` and `end`, in order. */
  readonly calls: Action[] = [];
  readonly #builds: Builds;
  readonly #feed: EventFeed;
  readonly #tasks: TaskRunner;
  readonly #changes: Changes;
  #actions: Actions | null;
  #underWay = 0;

  constructor(
    builds: Builds,
    feed: EventFeed,
    tasks: TaskRunner,
    changes: Changes,
    actions: Actions | null,
  ) {
    this.#builds = builds;
    this.#feed = feed;
    this.#tasks = tasks;
    this.#changes = changes;
    this.#actions = actions;
  }

  /** What a project has for `begin` and `end`, from now on; null: nothing. */
  set actions(actions: Actions | null) {
    this.#actions = actions;
  }

  /** How many runs may yet do something. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Returns when all has begun. */
  async start(run: Run): Promise<void> {
    const { build, ended } = await this.#builds.run(run.job.drv);
    if (run.job.evaluation.task.ending === 'abandoned') return;
    const begin = this.#spawn(run, 'begin', 'pending');
    run.begin = begin.action;
    run.build = build;
    this.#feed.emit({ RunUpdated: runHandle(run) });
    this.#underWay += 1;
    void this.#end(run, begin.ended, ended).finally(() => {
      this.#underWay -= 1;
      this.#changes.notify();
    });
  }

  async #end(run: Run, begin: Promise<Outcome | null>, build: Promise<Outcome | null>) {
    if ((await begin) === null) return;
    const outcome = await build;
    if (outcome === null) return;
    const end = this.#spawn(run, 'end', outcome);
    run.end = end.action;
    this.#feed.emit({ RunUpdated: runHandle(run) });
    await end.ended;
  }

  #spawn(
    run: Run,
    name: 'begin' | 'end',
    status: ActionInput['status'],
  ): { action: Action; ended: Promise<Outcome | null> } {
    const { job } = run;
    const { evaluation } = job;
    const input: ActionInput = {
      drv: job.drv,
      evaluation: evaluation.uuid,
      flake: evaluation.flake,
      job: job.name,
      jobset: evaluation.jobset,
      out: job.out,
      project: evaluation.project,
      status,
      url: evaluation.url,
    };
    const created = seconds();
    const task = new Task();
    const action: Action = {
      uuid: uuidAt(created),
      project: evaluation.project,
      name,
      input: JSON.stringify(input),
      path: '/dev/null',
      created,
      task,
    };
    this.calls.push(action);
    this.#feed.emit({ ActionNew: action.uuid });
    const ended = this.#tasks.run(task, {
      subject: { kind: 'action', name },
      event: { ActionFinished: action.uuid },
      work: async () => {
        const actions = this.#actions;
        if (actions === null) return false;
        const outputs = status === 'success' ? job.outputs : {};
        await actions({ action: name, input, outputs, log: task.log, signal: task.signal });
        return true;
      },
    });
    return { action, ended };
  }
}
