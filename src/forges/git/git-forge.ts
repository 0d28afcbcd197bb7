import type { Git } from '../../git/run.ts';
import type {
  CommitStatus,
  Delivery,
  Forge,
  ForgePull,
  ForgeRepository,
  LastKnownPull,
  RawDelivery,
} from '../../ports/forge.ts';
import type { World } from '../../ports/world.ts';
import { readDelivery } from './delivery.ts';
import { installHook } from './install-hook.ts';
import { changeNote, readNote } from './notes.ts';
import { onePull, openPulls } from './pulls.ts';
import { findRepository } from './repositories.ts';
import { appendStatus, readStatuses, type StatusLine } from './statuses.ts';

/**
 * A plain git server as a forge: bare repositories `owner/repo.git` below `root`, on this machine. A pull request is a
 * ref `refs/pull/{number}/head`; its base is what the symbolic ref `refs/pull/{number}/base` names, else the
 * repository's HEAD branch; statuses are notes. A squashed or rebased merge leaves no trace here, and counts as closed.
 */
export class GitForge implements Forge {
  readonly #git: Git;
  readonly #world: World;
  readonly #root: string;
  /** By directory: what of ours is being written. Ours need not race each other, only others. */
  readonly #writing = new Map<string, Promise<void>>();
  /** The server runs no workflows, and nobody comments there. */
  readonly runs: readonly string[] = [];
  readonly conversation = null;
  readonly credentials = null;

  constructor(options: { readonly root: string; readonly git: Git; readonly world: World }) {
    this.#git = options.git;
    this.#world = options.world;
    this.#root = options.root;
  }

  repository(name: string): Promise<ForgeRepository> {
    return findRepository(this.#git, this.#world, this.#root, name);
  }

  openPulls(repository: ForgeRepository): Promise<readonly ForgePull[]> {
    return openPulls(this.#git, repository);
  }

  pull(
    repository: ForgeRepository,
    number: number,
    last: LastKnownPull | null,
  ): Promise<ForgePull | null> {
    return onePull(this.#git, repository, number, last);
  }

  /** A plain git server queues nothing. */
  isQueueBranch(): boolean {
    return false;
  }

  async publish(repository: ForgeRepository, status: CommitStatus): Promise<void> {
    const { remote } = repository;
    const write = (): Promise<void> =>
      changeNote(this.#git, this.#world, remote, status.commit, (note) =>
        appendStatus(note, status),
      );
    const turn = (this.#writing.get(remote) ?? Promise.resolve()).then(write, write);
    this.#writing.set(remote, turn);
    try {
      await turn;
    } finally {
      if (this.#writing.get(remote) === turn) this.#writing.delete(remote);
    }
  }

  read(delivery: RawDelivery): Delivery {
    return readDelivery(delivery);
  }

  async signalTo(repository: ForgeRepository, url: string): Promise<string | null> {
    return (await installHook(this.#git, repository.remote, { url })).message;
  }

  /** What the hook could not deliver, reconciling finds: looking costs nothing here. */
  async redeliver(): Promise<number> {
    return 0;
  }

  /** The newest status of each context on a commit. */
  async statuses(
    repository: ForgeRepository,
    commit: string,
  ): Promise<ReadonlyMap<string, StatusLine>> {
    return readStatuses(await readNote(this.#git, repository.remote, commit));
  }
}
