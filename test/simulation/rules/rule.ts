import type Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import type { Tables } from '../../../src/log/schema.ts';
import type { Fact, FactOf } from '../facts.ts';
import type { Ledger } from '../ledger.ts';
import type { Plan } from '../plan.ts';
import type { Universe } from '../universe.ts';

/** What a rule may look at: the models, which know the truth, all that happened, and the service's database. */
export interface Look {
  readonly universe: Universe;
  /** All that happened, oldest first. */
  readonly facts: readonly Fact[];
  /** When, milliseconds from the beginning. */
  readonly times: readonly number[];
  /** What follows from them. */
  readonly ledger: Ledger;
  readonly sqlite: Database.Database;
  /** The same database, as the product reads it. */
  readonly db: Kysely<Tables>;
}

/** What a rule finds wrong; none: nothing. */
export type Findings = Iterable<string>;

type Watch = {
  readonly [Kind in Fact['kind']]?: (fact: FactOf<Kind>, look: Look) => Findings;
};

/** A rule that no order of events, no fault and no crash may break. */
export interface Rule {
  readonly name: string;
  /** The rule, in one sentence. */
  readonly sentence: string;
  /** Looks at what has just happened. */
  readonly on?: Watch;
  /** Looks at the world once it has calmed down. */
  readonly atRest?: (look: Look) => Findings | Promise<Findings>;
}

/** What a rule finds wrong in a fact. */
export function findingsOn({ on }: Rule, fact: Fact, look: Look): Findings {
  // The watch of a kind takes facts of that kind; TypeScript does not follow a union through an index.
  const watch = on?.[fact.kind] as ((fact: Fact, look: Look) => Findings) | undefined;
  return watch?.(fact, look) ?? [];
}

export const short = (sha: string | null): string => sha?.slice(0, 7) ?? 'nothing';

/**
 * Whether the service may believe a forge that tells of the past: by a clock that was set forward, what is known has been
 * known for too long for that.
 */
export function isBelievedBehind({ items }: Plan): boolean {
  return (
    items.some(({ act }) => act.do === 'trouble' && act.with === 'forge' && act.how === 'behind') &&
    items.some(({ act }) => act.do === 'jump' && act.by > 0)
  );
}
