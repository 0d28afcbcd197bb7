import type { Caller, Need } from './access.ts';
import type { Answer } from './answer.ts';
import type { Deliveries } from './deliveries.ts';
import type { Ledger } from './ledger.ts';
import type { Limits } from './limits.ts';
import type { Site } from './site.ts';
import type { Account, HostedRepository } from './state.ts';
import type { Webhooks } from './webhooks.ts';

/** What operations work with. */
export interface Services {
  readonly site: Site;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly deliveries: Deliveries;
  readonly webhooks: Webhooks;
}

export interface Call extends Services {
  readonly caller: Caller;
  readonly token: string | null;
  /** Decoded parts of the path, by the names of the operation. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The address without its query, by ids: as links to further pages have it. */
  readonly self: string;
}

export interface RepositoryCall extends Call {
  readonly repository: HostedRepository;
  /** The login for what is done. */
  readonly account: Account;
}

type Result = Answer | Promise<Answer>;

/** An operation on a repository. One of `needs` suffices; none at all: it asks for the App's own token. */
export interface RepositoryRoute {
  readonly kind: 'repository';
  readonly operation: string;
  readonly needs: readonly Need[] | 'app';
  readonly handle: (call: RepositoryCall) => Result;
}

/** An operation on none. */
export interface GlobalRoute {
  readonly kind: 'global';
  readonly operation: string;
  readonly handle: (call: Call) => Result;
}

export type Route = RepositoryRoute | GlobalRoute;

export const onRepository = (
  operation: string,
  needs: RepositoryRoute['needs'],
  handle: RepositoryRoute['handle'],
): Route => ({ kind: 'repository', operation, needs, handle });

export const onAll = (operation: string, handle: GlobalRoute['handle']): Route => ({
  kind: 'global',
  operation,
  handle,
});
