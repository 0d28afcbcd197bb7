import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { GitForge } from '../../../src/forges/git/git-forge.ts';
import { Git } from '../../../src/git/run.ts';
import type { World } from '../../../src/ports/world.ts';
import { BareRepository, temporaryDirectory } from '../../git/repository.ts';

export const world: World = {
  now: Date.now,
  random: Math.random,
  id: randomUUID,
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** A root with one repository, `ada/engine`, and the forge that looks at it. */
export function gitForge(): {
  root: string;
  git: Git;
  forge: GitForge;
  bare: BareRepository;
  /** A second forge on the same root, as another process would have it. */
  another: () => GitForge;
} {
  const directory = temporaryDirectory();
  const root = join(directory, 'root');
  const git = new Git({ home: join(directory, 'home') });
  const bare = new BareRepository(join(root, 'ada', 'engine.git'));
  const another = (): GitForge => new GitForge({ root, git, world });
  return { root, git, forge: another(), bare, another };
}
