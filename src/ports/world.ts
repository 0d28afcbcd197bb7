/**
 * All that is not a function of its inputs: the clock, chance, and names for new things. Whoever runs the service in
 * a simulated world hands in another one.
 */
export interface World {
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** A name that was never given before. */
  id(): string;
  /** Calls back once, `milliseconds` from now. @returns a function that calls it off. */
  after(milliseconds: number, callback: () => void): () => void;
}
