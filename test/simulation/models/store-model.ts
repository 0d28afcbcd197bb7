import type { Note } from '../universe.ts';

/** A Nix store: paths, and who keeps what from the garbage collector. */
export class StoreModel {
  readonly paths = new Set<string>();
  /** By stream: what it keeps. */
  readonly roots = new Map<string, Set<string>>();
  readonly #note: Note;

  constructor(note: Note) {
    this.#note = note;
  }

  has(path: string): boolean {
    return this.paths.has(path);
  }

  keep(stream: string, path: string): void {
    const kept = this.roots.get(stream) ?? new Set();
    this.roots.set(stream, kept.add(path));
  }

  /** Removes all that nobody keeps, and of the rest what `isLost` says. */
  collect(isLost: (path: string) => boolean): void {
    const rooted = new Set([...this.roots.values()].flatMap((kept) => [...kept]));
    for (const path of [...this.paths].toSorted()) {
      const wasRooted = rooted.has(path);
      if (wasRooted && !isLost(path)) continue;
      this.paths.delete(path);
      this.#note({ kind: 'collected', path, wasRooted });
    }
  }
}
