import { isDeepStrictEqual } from 'node:util';
import { type EventData, isHandled, type Snapshot } from '../../machines/fold.ts';
import type { Recorded } from '../log/append.ts';
import { runCompiled } from '../log/compiled.ts';
import { LogError } from '../log/log-error.ts';
import { dataOf } from '../log/stored-event.ts';
import type { PullState } from '../../machines/pull-request/events.ts';
import type { ForgePull } from '../ports/forge.ts';
import type { Engine } from './engine.ts';
import { cacheBranchOf, numberOfCacheBranch, type Place, streamOf } from './place.ts';
import { policyOf } from './policy.ts';

/** What a look at the forge came to. */
export type Observed =
  | { readonly outcome: 'recorded'; readonly recorded: Recorded }
  | { readonly outcome: 'ignored'; readonly reason: string };

/** Who looks, and the delivery that made it look. */
export interface Look {
  readonly source: 'webhook' | 'reconcile' | 'operator';
  readonly key?: string;
  /** Also a pull request that was closed before it was ever seen is recorded: something of it is left (G5). */
  readonly evenIfClosed?: boolean;
}

/** Whether an observation says anything that the stream does not know. */
export function isNews(snapshot: Snapshot, event: EventData, at: number): boolean {
  const { context } = snapshot;
  // When it changed last, alone, is no news: a comment moves that.
  if (event.type === 'pull.observed' && 'pull' in context)
    return !isDeepStrictEqual(
      [context.repository, { ...context.pull, changedAt: null }, context.policy],
      [event.repository, { ...event.pull, changedAt: null }, event.policy],
    );
  if (event.type === 'branch.observed' && 'name' in context)
    return !isDeepStrictEqual(
      [context.repository, context.name, context.head, context.policy],
      [event.repository, event.name, event.head, event.policy],
    );
  return isHandled(snapshot, event, at);
}

/**
 * Looks at something outside and records it if it is news: a poll that brought none is no event. What was seen is
 * recorded only if the stream has not moved since before the look, else one looks again; so an old observation never
 * undoes a newer one.
 */
export async function observe(
  engine: Engine,
  stream: string,
  look: Look,
  see: (snapshot: Snapshot) => Promise<EventData | string>,
): Promise<Observed> {
  for (let tries = 0; tries < 10; tries += 1) {
    const state = await engine.state(stream);
    const seen = await see(state.snapshot);
    if (typeof seen === 'string') return { outcome: 'ignored', reason: seen };
    const isKnown =
      !isNews(state.snapshot, seen, engine.options.world.now()) ||
      (state.held !== null && (await isLastTold(engine, stream, seen)));
    if (isKnown) {
      const earlier = look.key === undefined ? null : await findDelivery(engine, stream, look.key);
      if (earlier !== null) return { outcome: 'recorded', recorded: earlier };
      return { outcome: 'ignored', reason: 'no news' };
    }
    try {
      const recorded = await engine.record({
        stream,
        event: seen,
        source: look.source,
        key: look.key,
        expected: state.version,
      });
      if (recorded !== null) return { outcome: 'recorded', recorded };
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'conflict') throw error;
    }
  }
  return { outcome: 'ignored', reason: 'too busy; reconciling will look again' };
}

/** A held stream records what it is told and learns nothing from it (G4); the same once more is no news all the same. */
async function isLastTold(engine: Engine, stream: string, seen: EventData): Promise<boolean> {
  const last = await engine.options.db
    .selectFrom('events')
    .select(['type', 'data', 'meta'])
    .where('stream', '=', stream)
    .where('type', '=', seen.type)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last !== undefined && isDeepStrictEqual(dataOf(last), { ...seen });
}

/** The same delivery again (D1) is answered as the first time. */
async function findDelivery(engine: Engine, stream: string, key: string): Promise<Recorded | null> {
  const { db } = engine.options;
  const { rows } = await runCompiled(db, 'find a delivery', [stream, key], () =>
    db
      .selectFrom('events')
      .select(['version', 'state'])
      .where('stream', '=', stream)
      .where('key', '=', key)
      .compile(),
  );
  const [row] = rows;
  return row === undefined
    ? null
    : {
        stream,
        version: row.version,
        state: row.state,
        handled: true,
        duplicate: true,
        effects: [],
      };
}

/**
 * Looks at a pull request. `told` is what a delivery, or a list, says of it: that is taken for what the forge would
 * answer if it is newer than all that is known, so that no call stands between a push and its build. Where it is older,
 * or as old and different, or comes late, the forge is asked (D2).
 */
export async function observePull(
  engine: Engine,
  place: Place,
  number: number,
  look: Look,
  told: ForgePull | null = null,
): Promise<Observed> {
  const subject = { kind: 'pull', number } as const;
  return observe(engine, streamOf(place, subject), look, async (snapshot) => {
    if (snapshot.kind !== 'pull') return 'no pull request';
    const { head, pull } = snapshot.context;
    const last = pull === null || head === null ? null : { ...pull, head };
    const now = engine.options.world.now();
    const news = isNewer(told, pull) ? told : null;
    const isTimely = look.source !== 'webhook' || isWithin(timely, news, now);
    const asked =
      news !== null && isTimely ? news : await place.forge.pull(place.repository, number, last);
    if (asked === null) return 'there is no such pull request';
    const seen = isNewer(news, asked) ? news : asked;
    if (isPast(seen, pull, now)) return 'older than what is known';
    // What a delivery says is recorded even so, for an older one may come yet that says it is open (D2).
    if (pull === null && seen.state !== 'open' && seen !== told && look.evenIfClosed !== true)
      return 'closed before it was ever seen open';
    if (pull === null && (await isCacheBranch(engine, place, seen)))
      return 'its head is a cache branch';
    const { headBranch: _, ...state } = seen;
    return {
      type: 'pull.observed',
      repository: { id: place.repository.id, name: place.repository.name },
      pull: { ...state, number },
      policy: policyOf(place, subject, engine.options.policy),
    };
  });
}

/**
 * How old, in milliseconds, what a delivery tells may be and still be taken for what the forge would answer. A later one
 * may tell of what has been undone since, or of a pull request that has been pruned (G7).
 */
const timely = 60_000;

/** How long, in milliseconds, the forge's API may be behind its deliveries. What is older longer has been put back. */
const behind = 3_600_000;

type Known = Pick<PullState, 'changedAt'>;

function isWithin(milliseconds: number, known: Known | null, now: number): boolean {
  return known !== null && known.changedAt !== null && now - known.changedAt < milliseconds;
}

/** Whether it tells more than what is known, or just as much. */
function isNewer(told: ForgePull | null, known: PullState | null): told is ForgePull {
  if (told === null || told.changedAt === null) return false;
  if (known === null) return true;
  if (known.changedAt === null || told.changedAt < known.changedAt) return false;
  // The forge's clock has seconds; of two different things said in one second either may be the older.
  const { headBranch: _, ...state } = told;
  return told.changedAt > known.changedAt || isDeepStrictEqual(state, known);
}

/** Whether the forge, which is behind, tells of what was before that which is known. */
function isPast(seen: Known, known: Known | null, now: number): boolean {
  if (seen.changedAt === null || known === null || known.changedAt === null) return false;
  return seen.changedAt < known.changedAt && isWithin(behind, known, now);
}

/** A pull request whose head is a cache branch would have one of its own, and so on (B12). */
async function isCacheBranch(engine: Engine, place: Place, seen: ForgePull): Promise<boolean> {
  if (seen.headBranch !== null) return numberOfCacheBranch(place.config, seen.headBranch) !== null;
  if (seen.head === null) return false;
  const { db } = engine.options;
  const { forge } = place.config;
  const { id } = place.repository;
  const { rows } = await runCompiled(db, 'whose cache branch it is', [forge, id, seen.head], () =>
    db
      .selectFrom('pulls')
      .select('stream')
      .where('forge', '=', forge)
      .where('repository_id', '=', id)
      .where('tip', '=', seen.head)
      .compile(),
  );
  return rows.length > 0;
}

export async function observeBranch(
  engine: Engine,
  place: Place,
  name: string,
  look: Look,
  listed: Listed | null = null,
): Promise<Observed> {
  const subject = { kind: 'branch', branch: name } as const;
  return observe(engine, streamOf(place, subject), look, async (snapshot) => {
    const saying = (head: string | null): EventData | string =>
      head === null && snapshot.context.repository === null
        ? 'there is no such branch'
        : {
            type: 'branch.observed',
            repository: { id: place.repository.id, name: place.repository.name },
            name,
            head,
            policy: policyOf(place, subject, engine.options.policy),
          };
    return where(engine, place, snapshot, name, listed, saying);
  });
}

/** Looks where a pull request's cache branch is (E5, E6). */
export async function observeTip(
  engine: Engine,
  place: Place,
  number: number,
  look: Look,
  listed: Listed | null = null,
): Promise<Observed> {
  const stream = streamOf(place, { kind: 'pull', number });
  return observe(engine, stream, look, async (snapshot) => {
    if (snapshot.context.repository === null) return 'no pull request is known by that number';
    const name = cacheBranchOf(place.config, number);
    return where(engine, place, snapshot, name, listed, (tip) => ({ type: 'tip.observed', tip }));
  });
}

/** Where all branches of a repository were, a while ago. */
export type Listed = ReadonlyMap<string, string>;

/**
 * What `saying` makes of where a branch is. A list may be older than a push of ours, or than a delivery: what it says is
 * taken only where it is no news, and else the branch is looked at now.
 */
async function where(
  engine: Engine,
  place: Place,
  snapshot: Snapshot,
  name: string,
  listed: Listed | null,
  saying: (tip: string | null) => EventData | string,
): Promise<EventData | string> {
  if (listed !== null) {
    const old = saying(listed.get(name) ?? null);
    if (typeof old === 'string' || !isNews(snapshot, old, engine.options.world.now())) return old;
  }
  return saying(await place.mirror.tip(name));
}
