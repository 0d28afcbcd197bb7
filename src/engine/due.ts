/**
 * Knows before when nothing comes due: there are many more looks at the outbox than there is in it. Nobody else writes
 * there (G3), so what is known of it stays true.
 */
export class Due {
  #noneBefore = Number.NEGATIVE_INFINITY;

  /** When the next may come due. */
  get next(): number {
    return this.#noneBefore;
  }

  /** One comes due then, or may; without a time, at once. */
  at(time = Number.NEGATIVE_INFINITY): void {
    this.#noneBefore = Math.min(this.#noneBefore, time);
  }

  mayBe(now: number): boolean {
    return now >= this.#noneBefore;
  }

  /** One begins to look; what is said of others meanwhile counts by itself. */
  looking(): void {
    this.#noneBefore = Number.POSITIVE_INFINITY;
  }

  /** The next one is due at `next`; null: there is none. */
  looked(next: number | null): void {
    this.at(next ?? Number.POSITIVE_INFINITY);
  }
}
