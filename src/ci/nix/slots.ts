/**
 * So many at once, in the order of `rank` and, within one rank, of coming. A build is ranked by when it was asked for,
 * so that after a restart the queue is what it was.
 */
export class Slots {
  private readonly size: number;
  private taken = 0;
  private readonly waiting: { rank: number; go: () => void }[] = [];

  constructor(size: number) {
    this.size = size;
  }

  /** Takes a slot at once, more of them than there are if need be: for what runs already. */
  occupy(): void {
    this.taken += 1;
  }

  /** Resolves when a slot is had; rejects with the signal's reason when it is given up before. */
  take(rank: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.taken < this.size && this.waiting.length === 0) {
        this.taken += 1;
        return resolve();
      }
      const waiter = { rank, go: () => {} };
      const giveUp = () => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject(signal.reason);
      };
      waiter.go = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      const behind = this.waiting.findIndex((other) => other.rank > rank);
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
