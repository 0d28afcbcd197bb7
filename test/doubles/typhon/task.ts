import { Changes } from './changes.ts';
import { seconds } from './uuid.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

/** As Typhon writes it, in seconds since the epoch. */
export type TaskStatus =
  | { readonly Pending: { readonly start: number | null } }
  | { readonly Success: Range }
  | { readonly Failure: Range }
  | { readonly Canceled: Range | null };

export type TaskKind = 'pending' | 'success' | 'failure' | 'canceled';
export type Outcome = Exclude<TaskKind, 'pending'>;

/** An evaluation, a build or an action: its status and its log. */
export class Task {
  #kind: TaskKind = 'pending';
  #start: number | null = null;
  #end: number | null = null;
  #ending: 'no' | 'canceled' | 'abandoned' = 'no';
  #lines: string[] = [];
  /** Lines are kept by the process that runs the task, and stored at its end: a restart loses them. */
  #logIs: 'absent' | 'live' | 'stored' = 'absent';
  readonly #changes = new Changes();
  readonly #abort = new AbortController();

  get kind(): TaskKind {
    return this.#kind;
  }

  get status(): TaskStatus {
    const start = this.#start;
    if (this.#kind === 'pending') return { Pending: { start } };
    const end = this.#end;
    if (start === null || end === null) return { Canceled: null };
    if (this.#kind === 'canceled') return { Canceled: { start, end } };
    return this.#kind === 'success' ? { Success: { start, end } } : { Failure: { start, end } };
  }

  /** Aborted when the task is cancelled, or when the process that runs it has died. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Why `signal` was aborted. */
  get ending(): 'no' | 'canceled' | 'abandoned' {
    return this.#ending;
  }

  begin(): void {
    this.#start = seconds();
    this.#logIs = 'live';
  }

  /** Asks for an end; without effect on one that has ended. */
  cancel(): void {
    if (this.#kind !== 'pending' || this.#ending !== 'no') return;
    this.#ending = 'canceled';
    this.#abort.abort();
  }

  /** The process died: the task stays as it stands, for ever. */
  abandon(): void {
    if (this.#kind !== 'pending' || this.#ending === 'abandoned') return;
    this.#ending = 'abandoned';
    this.#logIs = 'absent';
    this.#abort.abort();
    this.#changes.notify();
  }

  settle(outcome: Outcome): void {
    this.#kind = outcome;
    this.#end = seconds();
    this.#logIs = 'stored';
    this.#changes.notify();
  }

  readonly log = (line: string): void => {
    this.#lines.push(line);
    this.#changes.notify();
  };

  /** The lines so far, then those that come, until the end. */
  async *lines(): AsyncGenerator<string> {
    if (this.#logIs === 'absent') return;
    // What is stored is one text, and an empty text still is one line.
    if (this.#logIs === 'stored' && this.#lines.length === 0) yield '';
    for (let read = 0; ; read += 1) {
      await this.#changes.until(
        () => read < this.#lines.length || this.#logIs !== 'live',
        'another line',
        null,
      );
      const line = this.#lines[read];
      if (line === undefined) return;
      yield line;
    }
  }
}
