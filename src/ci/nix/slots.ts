/** Whose turn it is: builds in the order in which they were asked for, and patient ones after all others (C17). */
export interface Turn {
  readonly patient: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

const isBefore = (one: Turn, other: Turn): boolean =>
  one.patient === other.patient ? one.startedAt < other.startedAt : other.patient;

/** So many at once, by turn and, within one turn, in the order of coming: after a restart the queue is what it was. */
export class Slots {
  private readonly size: number;
  private taken = 0;
  private readonly waiting: { turn: Turn; go: () => void }[] = [];

  constructor(size: number) {
    this.size = size;
  }

  /** Takes a slot at once, more of them than there are if need be: for what runs already. */
  occupy(): void {
    this.taken += 1;
  }

  /** Resolves when a slot is had; rejects with the signal's reason when it is given up before. */
  take(turn: Turn, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.taken < this.size && this.waiting.length === 0) {
        this.taken += 1;
        return resolve();
      }
      const waiter = { turn, go: () => {} };
      const giveUp = () => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject(signal.reason);
      };
      waiter.go = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      const behind = this.waiting.findIndex((other) => isBefore(turn, other.turn));
      this.waiting.splice(behind === -1 ? this.waiting.length : behind, 0, waiter);
    });
  }

  release(): void {
    this.taken -= 1;
    while (this.taken < this.size) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.taken += 1;
      next.go();
    }
  }
}
