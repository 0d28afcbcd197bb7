import { isDeepStrictEqual } from 'node:util';
import { type EventData, isHandled, type Snapshot } from '../../machines/fold.ts';
import type { Recorded } from '../log/append.ts';
import { LogError } from '../log/log-error.ts';
import { dataOf } from '../log/stored-event.ts';
import type { Engine } from './engine.ts';
import { cacheBranchOf, type Place, streamOf } from './place.ts';
import { policyOf } from './policy.ts';

/** What a look at the forge came to. */
export type Observed =
  | { readonly outcome: 'recorded'; readonly recorded: Recorded }
  | { readonly outcome: 'ignored'; readonly reason: string };

/** Who looks, and the delivery that made it look. */
export interface Look {
  readonly source: 'webhook' | 'reconcile' | 'operator';
  readonly key?: string;
}

/** Whether an observation says anything that the stream does not know. */
export function isNews(snapshot: Snapshot, event: EventData, at: number): boolean {
  const { context } = snapshot;
  if (event.type === 'pull.observed' && 'pull' in context)
    return !isDeepStrictEqual(
      [context.repository, context.pull, context.policy],
      [event.repository, event.pull, event.policy],
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
  const row = await engine.options.db
    .selectFrom('events')
    .select(['version', 'state'])
    .where('stream', '=', stream)
    .where('key', '=', key)
    .executeTakeFirst();
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

export async function observePull(
  engine: Engine,
  place: Place,
  number: number,
  look: Look,
): Promise<Observed> {
  const subject = { kind: 'pull', number } as const;
  return observe(engine, streamOf(place, subject), look, async (snapshot) => {
    if (snapshot.kind !== 'pull') return 'no pull request';
    const { head, pull } = snapshot.context;
    const last = pull === null || head === null ? null : { head, base: pull.base };
    const seen = await place.forge.pull(place.repository, number, last);
    if (seen === null) return 'there is no such pull request';
    if (pull === null && seen.state !== 'open') return 'closed before it was ever seen open';
    return {
      type: 'pull.observed',
      repository: { id: place.repository.id, name: place.repository.name },
      pull: { ...seen, number },
      policy: policyOf(place, subject, engine.options.policy),
    };
  });
}

export async function observeBranch(
  engine: Engine,
  place: Place,
  name: string,
  look: Look,
): Promise<Observed> {
  const subject = { kind: 'branch', branch: name } as const;
  return observe(engine, streamOf(place, subject), look, async (snapshot) => {
    const head = await place.forge.branch(place.repository, name);
    if (head === null && snapshot.context.repository === null) return 'there is no such branch';
    return {
      type: 'branch.observed',
      repository: { id: place.repository.id, name: place.repository.name },
      name,
      head,
      policy: policyOf(place, subject, engine.options.policy),
    };
  });
}

/** Looks where a pull request's cache branch is (E5, E6). */
export async function observeTip(
  engine: Engine,
  place: Place,
  number: number,
  look: Look,
): Promise<Observed> {
  const stream = streamOf(place, { kind: 'pull', number });
  return observe(engine, stream, look, async (snapshot) => {
    if (snapshot.context.repository === null) return 'no pull request is known by that number';
    const tip = await place.mirror.tip(cacheBranchOf(place.config, number));
    return { type: 'tip.observed', tip };
  });
}
