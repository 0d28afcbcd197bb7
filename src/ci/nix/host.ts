import type { FetchCache } from './fetch-cache.ts';
import type { NixCiOptions } from './options.ts';
import type { Slots } from './slots.ts';

/** What the builds of one CI have in common. */
export interface Host {
  readonly options: NixCiOptions;
  readonly attribute: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly fetchCache: FetchCache;
  readonly evaluations: Slots;
  readonly builders: Slots;
  /** Prefixes of commands that an earlier service left running; each has its slot already. */
  readonly adopted: Map<string, Slots>;
  /** Derivation to the prefix of the job that builds it, or is about to: a second job of it follows that one. */
  readonly underWay: Map<string, string>;
  /** Aborted when this process lets go; what runs goes on. */
  readonly closing: AbortSignal;
  /** Does another build wait for this command? */
  isFollowed(prefix: string, byOtherThan: string): boolean;
  /** Will the build in this directory yet begin what it has not begun? */
  isAtWork(directory: string): boolean;
}
