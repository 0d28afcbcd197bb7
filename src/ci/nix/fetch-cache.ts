import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { list, removeDirectory, safeName } from '../store/state-files.ts';

/**
 * Where Nix's fetcher keeps its clone of one remote. Nix makes it with `git init`, and an evaluation that is ended at
 * that moment (a cancel, a reboot) leaves a directory that is no repository: from then on every evaluation of the
 * remote fails. So a broken clone is left behind, and the next one is made beside it: others may be using it still.
 */
export class FetchCache {
  private readonly root: string;

  constructor(stateDir: string) {
    this.root = join(stateDir, 'cache');
  }

  /** A directory for `XDG_CACHE_HOME`. */
  async current(remote: string): Promise<string> {
    const directory = join(this.root, safeName(remote));
    const generation = Math.max(0, ...(await list(directory)).map(Number));
    return join(directory, String(generation));
  }

  /** Another directory than the broken one; whoever finds the same break gets the same new one. */
  async replace(remote: string, broken: string): Promise<string> {
    const current = await this.current(remote);
    if (current !== broken) return current;
    const directory = join(this.root, safeName(remote));
    const generation = Number(broken.slice(directory.length + 1));
    const next = join(directory, String(generation + 1));
    await mkdir(next, { recursive: true });
    for (const old of await list(directory)) {
      if (Number(old) < generation) await removeDirectory(join(directory, old));
    }
    return next;
  }
}

/** What git says of a clone that was left half-made. A remote that is not there says something else. */
export function isBrokenClone(log: string): boolean {
  return (
    /program 'git' failed|error: .*git/i.test(log) &&
    /not a git repository \(or any|\.lock': File exists|(object|index) file .*(empty|corrupt|smaller)|loose object .* corrupt|bad (config|object)|invalid gitfile/.test(
      log,
    )
  );
}
