import { TestWorld } from '../doubles/test-world.ts';

/** When it is, in a seeded site: a Thursday morning in a January that has its log of the weeks before. */
export const seededNow = Date.UTC(2025, 0, 30, 9, 41);

/** A clock that stands, but for what a test puts it forward. */
export class SeededWorld extends TestWorld {
  #now = seededNow;

  override now(): number {
    return this.#now;
  }

  override advance(milliseconds: number): void {
    this.#now += milliseconds;
    super.advance(0);
  }
}
