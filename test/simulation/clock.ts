interface Timer {
  readonly due: number;
  readonly order: number;
  callback: (() => void) | null;
}

/** Virtual time: nothing passes but from one timer to the next. Timers of one moment come in the order they were set. */
export class Clock {
  #now: number;
  #order = 0;
  readonly #heap: Timer[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  /** Milliseconds since the epoch, as nobody's watch goes wrong. */
  get now(): number {
    return this.#now;
  }

  /** @returns a function that calls it off */
  after(milliseconds: number, callback: () => void): () => void {
    const timer: Timer = {
      due: this.#now + Math.max(0, Math.ceil(milliseconds)),
      order: this.#order,
      callback,
    };
    this.#order += 1;
    this.#push(timer);
    return () => {
      timer.callback = null;
    };
  }

  /** Goes on to the next timer and calls it. @returns false if there is none, or none before `until` */
  step(until = Number.POSITIVE_INFINITY): boolean {
    for (;;) {
      const [first] = this.#heap;
      if (first === undefined || first.due > until) return false;
      this.#pop();
      const { callback } = first;
      if (callback === null) continue;
      this.#now = first.due;
      callback();
      return true;
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, timer)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      if (child === undefined) break;
      const other = heap[below + 1];
      if (other !== undefined && isBefore(other, child)) {
        child = other;
        below += 1;
      }
      if (isBefore(last, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}
