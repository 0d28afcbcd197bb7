import { isAncestor, readRefs } from './git-read.ts';
import type { Ledger } from './ledger.ts';
import type { Pulls } from './pulls.ts';
import type { Site } from './site.ts';
import type { Account, HostedRepository } from './state.ts';
import type { Webhooks } from './webhooks.ts';

/** Who moved refs. `names`: which; null: all that are found moved. */
export interface Mover {
  readonly by: Account;
  /** A client, over HTTP, whose pushes a test must account for; else a person of the test. */
  readonly client: boolean;
  readonly names: ReadonlySet<string> | null;
}

interface Move {
  readonly ref: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Finds out which refs have moved, and sees to what follows: webhooks, and pull requests that move, close or are merged. */
export class Moves {
  readonly #site: Site;
  readonly #webhooks: Webhooks;
  readonly #pulls: Pulls;
  readonly #ledger: Ledger;
  readonly #turns = new Map<number, Promise<unknown>>();

  constructor(site: Site, webhooks: Webhooks, pulls: Pulls, ledger: Ledger) {
    this.#site = site;
    this.#webhooks = webhooks;
    this.#pulls = pulls;
    this.#ledger = ledger;
  }

  /**
   * Does something that may move refs of the repository, one at a time, and then sees to what moved. Pushes would
   * else be taken for one another.
   */
  async during<Result>(
    repository: HostedRepository,
    mover: Mover,
    work: () => Result | Promise<Result>,
  ): Promise<Result> {
    const turn = (this.#turns.get(repository.id) ?? Promise.resolve()).then(async () => {
      const result = await work();
      await this.#notice(repository, mover);
      return result;
    });
    this.#turns.set(
      repository.id,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async #notice(repository: HostedRepository, mover: Mover): Promise<void> {
    const found = await readRefs(repository);
    const known = new Map(repository.refs);
    const moves: Move[] = [];
    for (const ref of new Set([...known.keys(), ...found.keys()])) {
      const [before, after] = [known.get(ref) ?? null, found.get(ref) ?? null];
      const ours = mover.names?.has(ref) ?? !ref.startsWith('refs/pull/');
      if (before === after || !ours) continue;
      if (after === null) known.delete(ref);
      else known.set(ref, after);
      moves.push({ ref, before, after });
    }
    repository.refs = known;
    for (const move of moves) await this.#follow(repository, move, mover);
  }

  async #follow(repository: HostedRepository, move: Move, { by, client }: Mover): Promise<void> {
    repository.pushedAt = this.#site.stamp();
    if (client) this.#ledger.deeds.push({ kind: 'push', repository, by: by.login, ...move });
    await this.#webhooks.push(repository, move, by);
    const branch = /^refs\/heads\/(.*)$/.exec(move.ref)?.[1];
    if (branch === undefined) return;
    for (const pull of this.#site.pullsFrom(repository, branch)) {
      if (pull.state !== 'open') continue;
      if (move.after === null) this.#pulls.close(pull, by);
      else await this.#pulls.synchronize(pull, move.after, by);
    }
    for (const pull of repository.pulls.values())
      if (pull.state === 'open' && pull.base.branch === branch && move.after !== null)
        if (await isAncestor(repository, pull.head.sha, move.after))
          this.#pulls.merged(pull, move.after, by);
  }
}
