import type { Effect } from '../../machines/effect.ts';
import type { Ci } from '../../src/ports/ci.ts';
import type { Conversation, Forge } from '../../src/ports/forge.ts';
import type { Mirror } from '../../src/ports/mirror.ts';

/**
 * The list of crash points: right after each of them the process is killed, so between any two steps that leave a mark
 * outside of it. Before a step is after the one before it. A point is told with the lives that die there
 * (`at-git.test.ts`, `at-github.test.ts`); the simulation dies at all of these too, at every statement and call.
 *
 * A verb without its line here does not compile; a durable write or a source of events without one kills the life that
 * comes to it, and is found in the sources by `points.test.ts`.
 */
export type Life = 'git' | 'github';
export type Lives = readonly Life[];

const both: Lives = ['git', 'github'];
const git: Lives = ['git'];
const github: Lives = ['github'];
/** A verb that leaves nothing behind. */
const asks = null;

type Verb<Port> = {
  [Name in keyof Port]-?: NonNullable<Port[Name]> extends (...of: never[]) => unknown
    ? Name
    : never;
}[keyof Port];

/** After a call that changes the forge, the CI, a branch or the mirror. */
export const verbs = {
  forge: {
    publish: both,
    signalTo: git,
    redeliver: github,
    repository: asks,
    openPulls: asks,
    pull: asks,
    isQueueBranch: asks,
    read: asks,
    credentials: asks,
    explain: asks,
    budgets: asks,
  } satisfies Record<Verb<Forge>, Lives | null>,
  conversation: {
    react: github,
    comment: github,
    mayWrite: asks,
    forcedAt: asks,
  } satisfies Record<Verb<Conversation>, Lives | null>,
  ci: {
    start: both,
    cancel: both,
    deleteJobset: both,
    retain: both,
    take: github,
    report: asks,
    read: asks,
    missing: asks,
    logFile: asks,
    close: asks,
  } satisfies Record<Verb<Ci>, Lives | null>,
  mirror: {
    fetch: both,
    compose: both,
    push: both,
    tip: asks,
    branches: asks,
    isAncestor: asks,
    nearest: asks,
    origin: asks,
    inspect: asks,
    readFile: asks,
    touched: asks,
  } satisfies Record<Verb<Mirror>, Lives | null>,
} as const;

type CarriedOut = Exclude<Effect['type'], `timer.${string}`>;

/** After an effect is leased, before anything of it is done. */
const leased: Record<CarriedOut, Lives> = {
  'head.fetch': both,
  'overlay.push': both,
  'build.start': both,
  'build.cancel': both,
  'cache.record': both,
  'cache.retain': both,
  'status.publish': both,
  'status.release': both,
  'branch.delete': both,
  'jobset.delete': both,
  'command.answer': github,
};

/** After an effect of which nothing comes but its end. All others end with an event. */
const ended: Partial<Record<CarriedOut, Lives>> = {
  'build.cancel': both,
  'cache.retain': both,
  'status.release': both,
  'jobset.delete': both,
};

/** After an event is durable, with all that it asks for and the end of what it came of: by whom it was told. */
const recorded: Record<string, Lives> = {
  webhook: both,
  reconcile: git,
  effect: both,
  ci: both,
  timer: git,
  operator: git,
};

/** After any other durable write of the log. */
const others: Record<string, Lives> = {
  'the log migrated': both,
  'leases released': both,
  'an effect put back': github,
  'a moot effect ended': github,
  'an effect given up again': github,
  'effects revived': github,
  'a lane held': github,
  'old holds removed': github,
  'the clock set back': git,
  'a stream pruned': git,
};

/** All points by their names, each with the lives that die there. */
export const points: ReadonlyMap<string, Lives> = new Map(
  [
    ...Object.entries(verbs).flatMap(([port, of]) =>
      Object.entries(of).map(([verb, lives]) => [`${port}.${verb}`, lives] as const),
    ),
    ...named('leased', leased),
    ...named('ended', ended),
    ...named('recorded by', recorded),
    ...Object.entries(others),
  ].flatMap(([name, lives]) => (lives === null ? [] : [[name, lives] as const])),
);

function named(what: string, of: Partial<Record<string, Lives>>): (readonly [string, Lives])[] {
  return Object.entries(of).map(([name, lives = []]) => [`${what} ${name}`, lives]);
}

/** The points that a life has to die at. */
export function pointsOf(life: Life): string[] {
  return [...points].flatMap(([name, lives]) => (lives.includes(life) ? [name] : []));
}

/** The points of the deaths of a life, as `OnceEach` notes them down. */
export function reachedBy(deaths: readonly string[]): ReadonlySet<string> {
  return new Set(deaths.map((death) => death.slice(0, death.indexOf(': '))));
}
