/** How long is relied on what is known, milliseconds: another process over the same database may have asked for something. */
const trustedFor = 60_000;

/** Knows before when nothing comes due: there are many more looks at the outbox than there is in it. */
export class Due {
  #noneBefore = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** When the next may come due, as far as is known. */
  get next(): number {
    return this.#noneBefore;
  }

  /** One comes due then, or may; without a time, at once. */
  at(time = Number.NEGATIVE_INFINITY): void {
    this.#noneBefore = Math.min(this.#noneBefore, time);
  }

  mayBe(now: number): boolean {
    return now >= this.#noneBefore || now - this.#lookedAt >= trustedFor;
  }

  /** One begins to look; what is said of others meanwhile counts by itself. */
  looking(): void {
    this.#noneBefore = Number.POSITIVE_INFINITY;
  }

  /** At that moment the next one was due at `next`; null: there was none. */
  looked(now: number, next: number | null): void {
    this.#lookedAt = now;
    this.at(next ?? Number.POSITIVE_INFINITY);
  }
}
