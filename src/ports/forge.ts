import type { JobResult } from '../../machines/build.ts';
import type { PortError } from './port-error.ts';

/** A repository as its forge knows it. `id` outlives renames and transfers; streams are named by it. */
export interface ForgeRepository {
  readonly id: string;
  /** `owner/repo`. */
  readonly name: string;
  /** What git fetches from and pushes to: a bare repository's absolute path, or an https URL. */
  readonly remote: string;
  readonly defaultBranch: string | null;
}

/** A pull request as its forge tells it, at one moment. */
export interface ForgePull {
  readonly number: number;
  readonly state: 'open' | 'closed' | 'merged';
  readonly title: string | null;
  /** Full sha of the head; null when the forge no longer has one (B7, D6). */
  readonly head: string | null;
  /** The ref in the repository that git can fetch the head from. */
  readonly headRef: string;
  /** The base branch's name. */
  readonly base: string;
  readonly draft: boolean;
  readonly author: string | null;
  /** Whether the head may be built unasked: it stands on a branch of the repository itself, so who pushed it may write. */
  readonly trusted: boolean;
  /** Whether the author may write: then the approval of one head holds for the later ones (F2). */
  readonly authorMayWrite: boolean;
  /** The branch of this very repository that the head stands on; null for a fork's, or where the forge has no such thing. */
  readonly headBranch: string | null;
  readonly labels: readonly string[];
  /** When the forge last changed it, milliseconds since the epoch; null where it does not say. */
  readonly changedAt: number | null;
}

export type StatusState = 'pending' | 'success' | 'failure' | 'error';

/** One verdict on one commit under one context. A later one of the same context replaces it. */
export interface CommitStatus {
  readonly commit: string;
  readonly context: string;
  readonly state: StatusState;
  /** At most 140 characters. */
  readonly description: string;
  readonly url: string | null;
  /** A commit status, or a check run where the forge has such a thing. */
  readonly as: 'statuses' | 'checks';
  /** Markdown, for a check run: jobs, times, reasons. Null: the description says it all. */
  readonly summary: string | null;
}

/** A user and a password, or a token in its place. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What a forge answered to git over HTTPS when it did not do what it was asked. */
export interface GitRefusal {
  /** What was being done: `push orthrus/pr-1`. */
  readonly what: string;
  readonly pushes: boolean;
  /** HTTP's; below 400: the request was taken, and the push of a ref declined. */
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What git told of it, short and without secrets. */
  readonly said: string;
}

/** What a person said to us, in a comment on a pull request. */
export interface Command {
  readonly kind: 'approve' | 'rebuild' | 'rebuild-cold' | 'status';
  /** For `approve`: the head, or the beginning of its sha, if it was named. */
  readonly head: string | null;
}

/** What a delivery gives reason to do. */
export type Hint =
  /** `pull`: what the delivery itself says, where that says all; else one has to look. */
  | { readonly kind: 'pull'; readonly number: number; readonly pull: ForgePull | null }
  /** A branch moved: one that is built as itself, or a cache branch. `head` null: it is gone. */
  | { readonly kind: 'branch'; readonly name: string; readonly head: string | null }
  /** A merge queue's temporary branch, to be built as itself (B11). `head` null: it is gone. */
  | { readonly kind: 'queue'; readonly name: string; readonly head: string | null }
  /** Somebody commands. `comment` is the forge's id of the comment; `at` when it was made, milliseconds. */
  | {
      readonly kind: 'command';
      readonly number: number;
      readonly command: Command;
      readonly by: string;
      readonly comment: string;
      readonly at: number;
    }
  /** Somebody asks for the verdict on a commit anew: the button of a check run. Only those who may write see it. */
  | { readonly kind: 'rerun'; readonly commit: string; readonly by: string }
  /** Some CI reported to the forge on a commit (CI kind `generic`). */
  | { readonly kind: 'job'; readonly commit: string; readonly job: JobResult }
  /** The repository itself changed: its name, its owner, our access to it. */
  | { readonly kind: 'repository' };

/** A delivery, verified and read. */
export interface Delivery {
  /** The same delivery sent again has the same id; null where the forge gives none. */
  readonly id: string | null;
  /** Which repository it is about: `id` where the forge tells it (it outlives renames), else by `name`; null: about none. */
  readonly repository: { readonly id: string | null; readonly name: string } | null;
  readonly hints: readonly Hint[];
  /** Why there are no hints: `pull_request.assigned is not used`. */
  readonly ignored: string | null;
}

/** A delivery as it came: header names in lower case, the body's very bytes. */
export interface RawDelivery {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Where people speak: a forge that has comments. Writing verbs may be called again. */
export interface Conversation {
  /**
   * When the pull request was last pushed to by force, milliseconds by the forge's clock; null: never. Only so can a head
   * that it had before be its head once more.
   */
  forcedAt(repository: ForgeRepository, number: number): Promise<number | null>;
  mayWrite(repository: ForgeRepository, user: string): Promise<boolean>;
  /** Answers a comment by a reaction. */
  react(
    repository: ForgeRepository,
    comment: string,
    reaction: '+1' | '-1' | 'confused',
  ): Promise<void>;
  /** Comments on a pull request, once a `marker` (hidden in the comment's text). */
  comment(repository: ForgeRepository, number: number, text: string, marker: string): Promise<void>;
}

/** How much may still be asked of a forge, as it last told. */
export interface CallBudget {
  /** Whose it is: `token`, `installation 12`. */
  readonly of: string;
  /** Which of the forge's budgets: GitHub's `core`, nearly always. */
  readonly resource: string;
  readonly remaining: number;
  readonly limit: number;
  /** When it is whole again, milliseconds since the epoch. */
  readonly resetAt: number;
}

/** What was known of a pull request before it was looked at again; `head` is a commit. */
export type LastKnownPull = Pick<ForgePull, 'base' | 'title' | 'author'> & {
  readonly head: string;
};

/**
 * A forge as the engine sees it. Reading verbs give the forge's present state, which wins over whatever a delivery
 * said (D2). Writing verbs may be called again: they look before they write.
 * @throws {PortError} of a `code` that says whether trying again can help.
 */
export interface Forge {
  /** By its name; one that was renamed or transferred is found by its old name too, and told by its new one. */
  repository(name: string): Promise<ForgeRepository>;
  /** All open pull requests. */
  openPulls(repository: ForgeRepository): Promise<readonly ForgePull[]>;
  /** One pull request; `last` is what was known of it, from which a vanished one is told merged or closed. */
  pull(
    repository: ForgeRepository,
    number: number,
    last: LastKnownPull | null,
  ): Promise<ForgePull | null>;
  /** Whether a branch of that name is a merge queue's temporary one, to be built as itself (B11). */
  isQueueBranch(name: string): boolean;
  /** Puts a status on a commit, unless the newest of its context is already the same. */
  publish(repository: ForgeRepository, status: CommitStatus): Promise<void>;
  /**
   * Verifies and reads a delivery; asks nobody.
   * @throws {PortError} `denied`: the signature is missing or wrong; `invalid`: the body makes no sense
   */
  read(delivery: RawDelivery): Delivery;
  /**
   * Sees to it that pushes are signalled to `url`, where the forge is ours to set up.
   * @returns what a person should know; null: all is well, or it is the person's own task
   */
  signalTo(repository: ForgeRepository, url: string): Promise<string | null>;
  /** Asks again for deliveries since `since` (milliseconds) that failed and were not made up for. @returns how many */
  redeliver(repository: ForgeRepository, since: number): Promise<number>;
  /**
   * What git shows to it over HTTPS, asked for before every command; null: the repository itself is at hand.
   * @throws {PortError} `rate-limited` while git is to rest (E2)
   */
  readonly credentials: ((repository: ForgeRepository) => Promise<Credentials>) | null;
  /** What a refusal that git met there means, and what to do about it; null: git's own words say it. */
  readonly explain?: (
    repository: ForgeRepository,
    refusal: GitRefusal,
  ) => Promise<PortError | null>;
  /** Paths whose files the forge itself runs for branches of the repository (F6). */
  readonly runs: readonly string[];
  readonly conversation: Conversation | null;
  /** What it has told of its limits since the start; a forge without limits has no such verb. */
  readonly budgets?: () => readonly CallBudget[];
}
