/**
 * Seeded chance without a stream: every draw is a hash of the seed, of the place where it is made, and of how often a draw
 * was made there before. So a plan that lacks one action draws the same everywhere else, and can be shrunk.
 */
export class Chance {
  readonly #seed: number;
  readonly #counts = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** In [0, 1). */
  at(place: string): number {
    const count = this.#counts.get(place) ?? 0;
    this.#counts.set(place, count + 1);
    return hash(this.#seed, place, count) / 2 ** 32;
  }

  /** Whether something of that likelihood happens. */
  happens(place: string, likelihood: number): boolean {
    return likelihood > 0 && this.at(place) < likelihood;
  }

  /** A whole number, both ends included. */
  between(place: string, least: number, most: number): number {
    return least + Math.floor(this.at(place) * (most - least + 1));
  }

  pick<Item>(place: string, items: readonly [Item, ...Item[]]): Item {
    return items[Math.floor(this.at(place) * items.length)] ?? items[0];
  }
}

/** FNV-1a over the text, mixed with the numbers by murmur3's finalizer. */
function hash(seed: number, text: string, count: number): number {
  let value = 0x811c9dc5 ^ seed;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return mixed(mixed(value ^ seed) + Math.imul(count + 1, 0x9e3779b1));
}

function mixed(of: number): number {
  let value = of;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
