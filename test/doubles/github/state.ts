import type { Repository } from '../repository.ts';

/** Somebody with a login: a person, an organization, or an App's own bot. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Organization' | 'Bot';
}

export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** A repository as GitHub hosts it. `id` outlives renames and transfers. */
export interface HostedRepository {
  readonly id: number;
  owner: Account;
  name: string;
  /** The bare repository that is served, with its developer's working tree. */
  readonly git: Repository;
  /** The repository that it was forked from. */
  readonly parent: HostedRepository | null;
  defaultBranch: string;
  /** By login; the owner is an admin without being named. */
  readonly roles: Map<string, Role>;
  /** By number. */
  readonly pulls: Map<number, Pull>;
  readonly statuses: Status[];
  readonly checkRuns: CheckRun[];
  readonly comments: Comment[];
  readonly hooks: Hook[];
  /** Patterns of branch names, `main` or `release/*`, and why a push to them is refused. */
  readonly protections: Map<string, string>;
  /** Every ref and its commit, as last seen. */
  refs: ReadonlyMap<string, string>;
  readonly createdAt: string;
  updatedAt: string;
  pushedAt: string;
}

/** `repository` null: the fork is gone. */
export interface PullHead {
  readonly repository: HostedRepository | null;
  readonly owner: Account;
  readonly branch: string;
  readonly sha: string;
}

export interface Pull {
  readonly id: number;
  readonly number: number;
  readonly repository: HostedRepository;
  readonly author: Account;
  title: string;
  state: 'open' | 'closed';
  draft: boolean;
  labels: readonly string[];
  head: PullHead;
  /** Every commit that was its head, oldest first. */
  readonly heads: string[];
  base: { readonly branch: string; readonly sha: string };
  merged: { readonly at: string; readonly by: Account; readonly commit: string } | null;
  /** The merge queue's temporary branch while it is in the queue. */
  queued: { readonly branch: string; readonly base: string; readonly head: string } | null;
  /** Oldest first. */
  readonly events: IssueEvent[];
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
}

/** What GitHub remembers of a pull request's life. A head's fast-forward is none of it. */
export interface IssueEvent {
  readonly id: number;
  readonly event: 'head_ref_force_pushed' | 'closed' | 'merged' | 'reopened';
  /** The new head, or the commit on the base. */
  readonly commit: string | null;
  readonly by: Account;
  readonly at: string;
}

/** Statuses are never changed: a newer one of the same context counts. */
export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: Account;
  readonly at: string;
}

export interface CheckOutput {
  readonly title: string;
  readonly summary: string;
  readonly text: string | null;
}

export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  readonly app: App;
  readonly suite: number;
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  detailsUrl: string | null;
  externalId: string;
  startedAt: string;
  completedAt: string | null;
  output: CheckOutput | null;
}

export interface Comment {
  readonly id: number;
  readonly number: number;
  readonly author: Account;
  readonly app: App | null;
  readonly body: string;
  readonly at: string;
  readonly reactions: Reaction[];
}

export interface Reaction {
  readonly id: number;
  readonly content: string;
  readonly by: Account;
  readonly at: string;
}

/** What webhooks are sent to. */
export interface Hook {
  readonly id: number;
  readonly url: string;
  readonly secret: string | null;
  /** Names of events, or `*`. */
  readonly events: readonly string[];
  active: boolean;
  readonly createdAt: string;
}

export type Level = 'read' | 'write';
/** By GitHub's names: `statuses`, `contents`, … */
export type Permissions = Readonly<Record<string, Level>>;

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly owner: Account;
  readonly bot: Account;
  /** PEM, PKCS#8; what the product is configured with. */
  readonly privateKey: string;
  readonly publicKey: string;
  permissions: Permissions;
  readonly hook: Hook | null;
  /** Seconds for which an installation token holds; GitHub's own say 3600. */
  readonly tokenLifetime: number;
  readonly installations: Installation[];
  readonly createdAt: string;
}

export interface Installation {
  readonly id: number;
  readonly app: App;
  readonly account: Account;
  /** Ids. */
  readonly repositories: Set<number>;
  permissions: Permissions;
  suspended: boolean;
  readonly createdAt: string;
}

/** Whom a token speaks for. */
export type Token =
  | {
      readonly kind: 'personal';
      readonly account: Account;
      /** Null: a classic token, which may all that its user may. */
      readonly permissions: Permissions | null;
    }
  | {
      readonly kind: 'installation';
      readonly installation: Installation;
      readonly permissions: Permissions;
      readonly repositories: ReadonlySet<number>;
      /** Milliseconds since the epoch. */
      readonly expires: number;
    };

export const fullName = (repository: HostedRepository): string =>
  `${repository.owner.login}/${repository.name}`;
