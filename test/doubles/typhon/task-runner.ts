import type { Changes } from './changes.ts';
import type { EventFeed, TyphonEvent } from './event-feed.ts';
import type { Faults, Subject } from './faults.ts';
import type { Outcome, Task } from './task.ts';

interface Job {
  readonly subject: Subject;
  readonly event: TyphonEvent;
  readonly work: () => Promise<boolean>;
  /** What is done before the task is said to be over; it cannot be cancelled. */
  readonly finish?: (outcome: Outcome) => Promise<Outcome>;
}

/** Runs tasks as Typhon's process does: they end when it says so, are cancelled at once, and die with it. */
export class TaskRunner {
  readonly #feed: EventFeed;
  readonly #faults: Faults;
  readonly #changes: Changes;
  readonly #running = new Set<Task>();

  constructor(feed: EventFeed, faults: Faults, changes: Changes) {
    this.#feed = feed;
    this.#faults = faults;
    this.#changes = changes;
  }

  /** How many tasks run. One that has panicked does not, though it is pending. */
  get running(): number {
    return this.#running.size;
  }

  /** @returns how it ended; null: it never did */
  async run(task: Task, job: Job): Promise<Outcome | null> {
    task.begin();
    this.#running.add(task);
    const outcome = await this.#outcome(task, job);
    if (outcome === null) {
      this.#running.delete(task);
      this.#changes.notify();
      return null;
    }
    const final = job.finish === undefined ? outcome : await job.finish(outcome);
    if (task.ending === 'abandoned') return null;
    this.#running.delete(task);
    task.settle(final);
    this.#feed.emit(job.event);
    return final;
  }

  /** The process dies, and all tasks with it. */
  abandon(): void {
    for (const task of this.#running) task.abandon();
    this.#running.clear();
    this.#changes.notify();
  }

  async #outcome(task: Task, job: Job): Promise<Outcome | null> {
    const aborted = new Promise<null>((resolve) => {
      task.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const worked = await Promise.race([job.work().catch(() => false), aborted]);
    if (task.ending === 'abandoned') return null;
    if (this.#faults.panics(job.subject)) return null;
    if (task.ending === 'canceled' || worked === null) return 'canceled';
    return worked ? 'success' : 'failure';
  }
}
