import type { Changes } from './changes.ts';
import type { EventFeed } from './event-feed.ts';
import type { Build } from './records.ts';
import { type Outcome, Task } from './task.ts';
import type { TaskRunner } from './task-runner.ts';
import { seconds, uuidAt } from './uuid.ts';
import type { Work } from './work.ts';

export interface Building {
  readonly build: Build;
  /** How it ended; null: never. */
  readonly ended: Promise<Outcome | null>;
}

/**
 * One build a derivation: a job whose derivation is being built joins that build, and one whose derivation was built, and
 * is still there, is given that old build, with its old times and without a word to whoever listens.
 */
export class Builds {
  readonly all: Build[] = [];
  readonly #work: Work;
  readonly #feed: EventFeed;
  readonly #tasks: TaskRunner;
  readonly #changes: Changes;
  readonly #running = new Map<string, Building>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(work: Work, feed: EventFeed, tasks: TaskRunner, changes: Changes) {
    this.#work = work;
    this.#feed = feed;
    this.#tasks = tasks;
    this.#changes = changes;
  }

  run(drv: string): Promise<Building> {
    const mine = this.#turn.then(() => this.#run(drv));
    this.#turn = mine;
    return mine;
  }

  /** The process has died: what it built is forgotten, its records are not. */
  forget(): void {
    this.#running.clear();
  }

  async #run(drv: string): Promise<Building> {
    const running = this.#running.get(drv);
    if (running !== undefined) return running;
    const last = this.all.findLast((build) => build.drv === drv);
    if (last?.task.kind === 'success' && (await this.#work.isBuilt(drv))) {
      return { build: last, ended: Promise.resolve('success') };
    }
    const created = seconds();
    const build: Build = { uuid: uuidAt(created), drv, created, task: new Task() };
    this.all.push(build);
    this.#feed.emit({ BuildNew: build.uuid });
    const { task } = build;
    const log = (line: string): void => {
      task.log(line);
      this.#changes.notify();
    };
    const ended = this.#tasks.run(task, {
      subject: { kind: 'build', drv },
      event: { BuildFinished: build.uuid },
      work: () => this.#work.build(drv, log, task.signal),
    });
    const building = { build, ended };
    this.#running.set(drv, building);
    void ended.then((outcome) => {
      // One that panicked is never taken off: whoever asks for it again joins it, and waits for ever.
      if (outcome !== null && this.#running.get(drv) === building) this.#running.delete(drv);
    });
    return building;
  }
}
