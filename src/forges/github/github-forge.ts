import type {
  CallBudget,
  CommitStatus,
  Conversation,
  Credentials,
  Delivery,
  Forge,
  ForgePull,
  ForgeRepository,
  GitRefusal,
  RawDelivery,
} from '../../ports/forge.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { World } from '../../ports/world.ts';
import { type Access, accessOf } from './access.ts';
import { Comments } from './comments.ts';
import { gitRefusal } from './git-refusal.ts';
import type { GitHubOptions } from './options.ts';
import { Permissions } from './permissions.ts';
import { Publisher } from './publish.ts';
import { Pulls } from './pulls.ts';
import { readDelivery } from './read-delivery.ts';
import { Redelivery } from './redeliver.ts';
import { Repositories } from './repositories.ts';

export type { GitHubOptions };

/** GitHub, or a GitHub Enterprise: its REST API and its webhooks. What git can do is done by git. */
export class GitHubForge implements Forge {
  readonly #webhookSecret: string;
  readonly #world: World;
  readonly #access: Access;
  readonly #repositories: Repositories;
  readonly #pulls: Pulls;
  readonly #publisher: Publisher;
  readonly #redelivery: Redelivery;
  readonly conversation: Conversation;
  readonly runs: readonly string[] = ['.github/workflows'];
  /** By whose they are, and which. */
  readonly #budgets = new Map<string, CallBudget>();
  readonly budgets = (): readonly CallBudget[] => [...this.#budgets.values()];
  /** Good for some minutes at least, so it is asked for anew for every command. */
  readonly credentials = async ({ name }: ForgeRepository): Promise<Credentials> => ({
    username: 'x-access-token',
    password: await this.#access.token(name),
  });

  /** A limit that git met rests the token wherever it is used (E2). */
  readonly explain = async (
    { name }: ForgeRepository,
    refusal: GitRefusal,
  ): Promise<PortError | null> => {
    const as = this.#access.app === null ? 'token' : 'app';
    const meant = gitRefusal(refusal, { repository: name, as, now: this.#world.now() });
    if (meant?.retryAt != null) await this.#access.rest(name, meant.retryAt);
    return meant;
  };

  constructor(options: GitHubOptions) {
    this.#world = options.world;
    this.#webhookSecret = options.webhookSecret;
    this.#access = accessOf({
      ...options,
      onRateLimit: (budget) => {
        this.#budgets.set(`${budget.of}/${budget.resource}`, budget);
        options.onRateLimit?.(budget);
      },
    });
    const permissions = new Permissions(this.#access, options.world);
    const comments = new Comments(this.#access);
    this.#repositories = new Repositories(this.#access);
    this.#pulls = new Pulls(this.#access, permissions, this.#repositories);
    this.#publisher = new Publisher(this.#access);
    this.#redelivery = new Redelivery(this.#access, options.world, options.name);
    this.conversation = {
      mayWrite: (repository, user) => permissions.mayWrite(repository, user),
      react: (repository, comment, reaction) => comments.react(repository, comment, reaction),
      comment: (repository, number, text, marker) =>
        comments.comment(repository, number, text, marker),
    };
  }

  repository(name: string): Promise<ForgeRepository> {
    return this.#repositories.find(name);
  }

  openPulls(repository: ForgeRepository): Promise<readonly ForgePull[]> {
    return this.#pulls.open(repository);
  }

  pull(repository: ForgeRepository, number: number): Promise<ForgePull | null> {
    return this.#pulls.one(repository, number);
  }

  /** A name that GitHub keeps for itself: nobody else can push to it. */
  isQueueBranch(name: string): boolean {
    return name.startsWith('gh-readonly-queue/');
  }

  publish(repository: ForgeRepository, status: CommitStatus): Promise<void> {
    return this.#publisher.publish(repository, status);
  }

  read(delivery: RawDelivery): Delivery {
    return readDelivery(this.#webhookSecret, delivery);
  }

  /** A webhook at GitHub is its owner's to make; `orthrus doctor` says what it must be. */
  signalTo(): Promise<null> {
    return Promise.resolve(null);
  }

  redeliver(repository: ForgeRepository, since: number): Promise<number> {
    return this.#redelivery.since(repository, since);
  }
}
