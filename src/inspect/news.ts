import type { Engine } from '../engine/engine.ts';

/** Which streams have had events that nobody has read yet, in the order in which the first of those came. */
export class News {
  /** By stream, the version of the first one. */
  readonly #unread = new Map<string, number>();
  readonly #signal: AbortSignal;
  /** Ends it: nothing is noted any more. */
  readonly end: () => void;
  #wake = (): void => {};

  constructor(engine: Pick<Engine, 'listen'>, signal: AbortSignal) {
    this.#signal = signal;
    const wake = (): void => this.#wake();
    const unlisten = engine.listen(({ stream, version }) => {
      if (!this.#unread.has(stream)) this.#unread.set(stream, version);
      wake();
    });
    signal.addEventListener('abort', wake);
    this.end = () => {
      unlisten();
      signal.removeEventListener('abort', wake);
    };
  }

  /** Waits for the next stream that has news. @returns null when it was called off */
  async next(): Promise<{ readonly stream: string; readonly version: number } | null> {
    for (;;) {
      if (this.#signal.aborted) return null;
      const [first] = this.#unread;
      if (first !== undefined) {
        const [stream, version] = first;
        this.#unread.delete(stream);
        return { stream, version };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
