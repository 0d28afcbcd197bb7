import type {
  Command,
  CommitStatus,
  Delivery,
  ForgePull,
  ForgeRepository,
  Hint,
} from '../../../src/ports/forge.ts';
import type { Universe } from '../universe.ts';

export const repository: ForgeRepository = {
  id: 'r1',
  name: 'o/r',
  remote: '/srv/o/r.git',
  defaultBranch: 'main',
};

/** Who may write. Everybody else works from a fork. */
export const writers: ReadonlySet<string> = new Set(['ada', 'bo']);

export interface PullModel extends ForgePull {
  /** Every head it has had, oldest first. */
  readonly heads: readonly string[];
}

/** A forge: pull requests, statuses, comments, and the deliveries that tell of them. */
export class ForgeModel {
  readonly pulls = new Map<number, PullModel>();
  /** `<commit> <context>` to all that was ever said there, oldest first. */
  readonly statuses = new Map<string, CommitStatus[]>();
  /** The hidden markers of our comments, by pull request. */
  readonly comments = new Map<number, string[]>();
  /** Deliveries that nobody has acknowledged, which can be asked for again. */
  readonly #failed = new Map<string, { readonly delivery: Delivery; readonly at: number }>();
  readonly #past = new Map<number, { readonly at: number; readonly pull: PullModel }[]>();
  readonly #forcedAt = new Map<number, number>();
  #deliveries = 0;
  #comments = 0;
  readonly #universe: Universe;

  constructor(universe: Universe) {
    this.#universe = universe;
  }

  verbs(): {
    repository(name: string): ForgeRepository;
    openPulls(): readonly ForgePull[];
    pull(repository: ForgeRepository, number: number): ForgePull | null;
    publish(repository: ForgeRepository, status: CommitStatus): void;
    redeliver(repository: ForgeRepository, since: number): number;
    forcedAt(repository: ForgeRepository, number: number): number | null;
    mayWrite(repository: ForgeRepository, user: string): boolean;
    react(): void;
    comment(repository: ForgeRepository, number: number, text: string, marker: string): void;
  } {
    return {
      repository: () => repository,
      openPulls: () =>
        [...this.pulls.keys()].flatMap((number) => {
          const seen = this.#seen(number);
          return seen?.state === 'open' ? [told(seen)] : [];
        }),
      pull: (_, number) => {
        const seen = this.#seen(number);
        return seen === null ? null : told(seen);
      },
      publish: (_, status) => {
        const key = `${status.commit} ${status.context}`;
        const said = this.statuses.get(key) ?? [];
        const last = said.at(-1);
        const isNew = last?.state !== status.state || last.description !== status.description;
        if (isNew) this.statuses.set(key, [...said, status]);
        this.#universe.note({ kind: 'published', status, isNew });
      },
      redeliver: () => {
        const failed = [...this.#failed.values()];
        for (const { delivery } of failed) this.#send(delivery, 1000);
        return failed.length;
      },
      forcedAt: (_, number) => this.#forcedAt.get(number) ?? null,
      mayWrite: (_, user) => writers.has(user),
      react: () => {},
      comment: (_, number, __, marker) => {
        const said = this.comments.get(number) ?? [];
        if (said.includes(marker)) return;
        this.comments.set(number, [...said, marker]);
        this.#universe.note({ kind: 'commented', number, marker });
      },
    };
  }

  /** The newest status of a context on a commit. */
  status(commit: string, context: string): CommitStatus | null {
    return this.statuses.get(`${commit} ${context}`)?.at(-1) ?? null;
  }

  /** Changes a pull request (or opens it), and tells of it. */
  change(pull: PullModel): void {
    const { clock } = this.#universe;
    const before = this.pulls.get(pull.number);
    const changed = { ...pull, changedAt: seconds(clock.now) };
    if (this.#isForced(before?.head ?? null, changed.head))
      this.#forcedAt.set(pull.number, changed.changedAt);
    this.pulls.set(pull.number, changed);
    this.#past.set(pull.number, [
      ...(this.#past.get(pull.number) ?? []),
      { at: clock.now, pull: changed },
    ]);
    const isHeaded =
      before?.head !== changed.head ||
      (changed.state === 'open' && before.state !== 'open') ||
      before.draft !== changed.draft;
    if (changed.head !== null && isHeaded)
      this.#universe.note({ kind: 'headed', number: pull.number, head: changed.head });
    const { tells } = this.#universe.plan.settings;
    this.#deliver({ kind: 'pull', number: pull.number, pull: tells ? told(changed) : null });
  }

  #isForced(from: string | null, to: string | null): boolean {
    if (from === null || to === null || from === to) return false;
    return !this.#universe.git.isAncestor(from, to);
  }

  /** Tells that a branch moved. */
  branchMoved(name: string, head: string | null): void {
    const kind = isQueueBranch(name) ? 'queue' : 'branch';
    this.#deliver({ kind, name, head });
  }

  commentOn(number: number, by: string, command: Command): void {
    this.#comments += 1;
    const at = seconds(this.#universe.clock.now);
    this.#deliver({ kind: 'command', number, command, by, comment: `c${this.#comments}`, at });
  }

  #deliver(hint: Hint): void {
    const { chance, troubles } = this.#universe;
    this.#deliveries += 1;
    const delivery: Delivery = {
      id: `d${this.#deliveries}`,
      repository: { id: repository.id, name: repository.name },
      hints: [hint],
      ignored: null,
    };
    if (troubles.strikes('deliveries', 'lost', hint.kind)) return;
    const late = troubles.strikes('deliveries', 'late', hint.kind);
    const after = late
      ? chance.between('late delivery', 1000, 600_000)
      : chance.between('delivery', 50, 900);
    this.#send(delivery, after);
    if (troubles.strikes('deliveries', 'doubled', hint.kind))
      this.#send(delivery, after + chance.between('doubled delivery', 1, 60_000));
  }

  #send(delivery: Delivery, after: number): void {
    const { clock } = this.#universe;
    const id = delivery.id ?? '';
    clock.after(after, () => {
      this.#failed.set(id, { delivery, at: clock.now });
      this.#universe.process?.deliver(delivery, () => this.#failed.delete(id));
    });
  }

  /** What the API tells of a pull request: now, or while it is behind, what was. */
  #seen(number: number): PullModel | null {
    const { clock, troubles, chance } = this.#universe;
    const now = this.pulls.get(number) ?? null;
    if (!troubles.strikes('forge', 'behind', 'pull')) return now;
    const at = clock.now - chance.between('forge is behind', 1000, 120_000);
    return this.#past.get(number)?.findLast((was) => was.at <= at)?.pull ?? null;
  }
}

export function isQueueBranch(name: string): boolean {
  return name.startsWith('gh-readonly-queue/');
}

/** The forge's clock has seconds. */
function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

function told({ heads: _, ...pull }: PullModel): ForgePull {
  return pull;
}
