import type { StreamState } from './snapshots.ts';

/** How many streams' states are kept. */
const most = 200;

/**
 * Where those streams are that a log's one writer (G3) has read or written last. A state is read three times for each time
 * that it changes, and to read and parse it costs more than most else that an event does. Nobody changes a state.
 */
export class KeptStates {
  readonly #kept = new Map<string, StreamState>();
  /** What the transaction under way has written, and null for what it has removed: nobody else is to see it yet. */
  readonly #changed = new Map<string, StreamState | null>();
  #ends = 0;

  /** How many transactions have ended. */
  get ends(): number {
    return this.#ends;
  }

  get(stream: string): StreamState | undefined {
    return this.#changed.has(stream) ? undefined : this.#kept.get(stream);
  }

  /** It was read, when `ends` transactions had ended; what another one has written since is newer. */
  read(stream: string, state: StreamState, ends: number): void {
    if (ends === this.#ends && !this.#changed.has(stream)) this.#keep(stream, state);
  }

  change(stream: string, state: StreamState | null): void {
    this.#changed.set(stream, state);
  }

  /** The transaction has ended; what it changed is so, or is not. */
  end(isCommitted: boolean): void {
    this.#ends += 1;
    if (isCommitted)
      for (const [stream, state] of this.#changed) {
        if (state === null) this.#kept.delete(stream);
        else this.#keep(stream, state);
      }
    this.#changed.clear();
  }

  clear(): void {
    this.#ends += 1;
    this.#kept.clear();
  }

  #keep(stream: string, state: StreamState): void {
    this.#kept.delete(stream);
    this.#kept.set(stream, state);
    if (this.#kept.size <= most) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      break;
    }
  }
}
