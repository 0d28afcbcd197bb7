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
  /** Whether the head may be built unasked: its author may write to the repository, and it comes from no fork. */
  readonly trusted: boolean;
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
}

/**
 * A forge as the engine sees it. Reading verbs give the forge's present state, which wins over whatever a delivery
 * said (D2). Writing verbs may be called again: they look before they write.
 * @throws {PortError} of a `code` that says whether trying again can help.
 */
export interface Forge {
  repository(name: string): Promise<ForgeRepository>;
  /** All open pull requests. */
  openPulls(repository: ForgeRepository): Promise<readonly ForgePull[]>;
  /** One pull request; `last` is what was known of it, from which a vanished one is told merged or closed. */
  pull(
    repository: ForgeRepository,
    number: number,
    last: { head: string; base: string } | null,
  ): Promise<ForgePull | null>;
  /** The commit a branch points at, or null. */
  branch(repository: ForgeRepository, name: string): Promise<string | null>;
  /** Puts a status on a commit, unless the newest of its context is already the same. */
  publish(repository: ForgeRepository, status: CommitStatus): Promise<void>;
}
