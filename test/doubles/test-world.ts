import type { World } from '../../src/ports/world.ts';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** The real clock, that a test can put forward: timers that come due by it are called at once. */
export class TestWorld implements World {
  #offset = 0;
  #ids = 0;
  readonly #timers = new Map<Timer, NodeJS.Timeout>();

  now(): number {
    return Date.now() + this.#offset;
  }

  random(): number {
    return 0.5;
  }

  id(): string {
    this.#ids += 1;
    return `id${this.#ids}`;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer: Timer = { due: this.now() + milliseconds, callback };
    this.#timers.set(
      timer,
      setTimeout(() => this.#fire(timer), milliseconds),
    );
    return () => this.#drop(timer);
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds;
    for (const timer of this.#timers.keys()) if (timer.due <= this.now()) this.#fire(timer);
  }

  #drop(timer: Timer): void {
    clearTimeout(this.#timers.get(timer));
    this.#timers.delete(timer);
  }

  #fire(timer: Timer): void {
    if (!this.#timers.has(timer)) return;
    this.#drop(timer);
    timer.callback();
  }
}
