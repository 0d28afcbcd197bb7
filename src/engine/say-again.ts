import type { Effect } from '../../machines/effect.ts';
import { type Snapshot, stateText } from '../../machines/fold.ts';
import {
  type AskedStatus,
  askedStatus,
  sameStatus,
  type StatusRecord,
} from '../../machines/status.ts';
import { parseStreamName } from '../../machines/stream.ts';
import { sql } from 'kysely';
import { runCompiled } from '../log/compiled.ts';
import { reviveEffects } from '../log/outbox.ts';
import { relaxed } from '../log/database.ts';
import type { Engine } from './engine.ts';
import { lastFailure } from './last-failure.ts';
import type { Place } from './place.ts';

/**
 * Failures whose cause may go away: a token without the permission, or one to which the repository is not even there (E3),
 * and a forge that was down for longer than was tried (E1).
 */
const mayPass: readonly string[] = ['denied', 'not-found', 'unavailable', 'timeout'];

/** Whether a try at a status that was given up has brought no news: that is no event, however often it is tried. */
export function isStillUnsaid(snapshot: Snapshot, effect: Effect, code: string): boolean {
  return (
    effect.type === 'status.publish' &&
    mayPass.includes(code) &&
    isGivenUp(snapshot.context.statuses, effect.params)
  );
}

function isGivenUp(statuses: readonly StatusRecord[], status: AskedStatus): boolean {
  return statuses.some((known) => known.delivery === 'given-up' && sameStatus(known, status));
}

/** A status that was given up although it may be taken later. */
interface Unsaid {
  readonly effect: string;
  readonly askedAt: number;
}

/**
 * Says again what a forge did not take (E3). Each round of reconciling tries one status of a repository: while the cause
 * is there that is one call and no event. Once any status of the repository is taken, all the others are said again.
 */
export class SayAgain {
  readonly #engine: Engine;
  /** Where something was unsaid at the last look. */
  readonly #waiting = new Set<string>();

  constructor(engine: Engine) {
    this.#engine = engine;
    engine.listen(({ stream }, event) => {
      const name = parseStreamName(stream);
      const place =
        name === null ? null : engine.options.places.byId(name.forge, name.repositoryId);
      if (event.type !== 'status.published' || place === null) return;
      if (!this.#waiting.delete(keyOf(place))) return;
      this.#revive(place, Number.POSITIVE_INFINITY).catch((error: unknown) => {
        engine.options.logger.warn({ err: error }, 'not said again now; reconciling will try');
      });
    });
  }

  /** Tries one, the newest: it is the most wanted. */
  async probe(place: Place): Promise<void> {
    await this.#revive(place, 1);
  }

  async #revive(place: Place, most: number): Promise<void> {
    const unsaid = await unsaidAt(this.#engine, place);
    if (unsaid.length > most) this.#waiting.add(keyOf(place));
    const chosen = unsaid
      .toSorted((one, other) => other.askedAt - one.askedAt)
      .slice(0, most)
      .map(({ effect }) => effect);
    if (chosen.length === 0) return;
    const { db, world } = this.#engine.options;
    await relaxed(db, (tx) => reviveEffects(tx, chosen, world.now()));
    this.#engine.wake();
  }
}

function keyOf({ config, repository }: Place): string {
  return `${config.forge}:${repository.id}`;
}

/** What open streams of the repository have asked to be said, and still would say. */
async function unsaidAt(engine: Engine, place: Place): Promise<Unsaid[]> {
  const { db } = engine.options;
  const { forge } = place.config;
  const { id } = place.repository;
  const values = [forge, id, 'closed', 'gone', 'status.publish'];
  const { rows } = await runCompiled(db, 'statuses given up', values, () =>
    db
      .selectFrom('effects')
      .innerJoin('pulls', 'pulls.stream', 'effects.stream')
      .select(['effects.id', 'effects.stream', 'effects.params', 'effects.asked_at'])
      .where('pulls.forge', '=', forge)
      .where('pulls.repository_id', '=', id)
      .where('pulls.state', 'not in', ['closed', 'gone'])
      .where('effects.type', '=', 'status.publish')
      // Written out, so that SQLite sees that the index of what was given up has all of them.
      .where('effects.outcome', '=', sql.lit('dead'))
      .compile(),
  );
  const unsaid: Unsaid[] = [];
  for (const row of rows) {
    const status = askedStatus.parse(JSON.parse(row.params));
    const { snapshot, held } = await engine.state(row.stream);
    // What is being made anew will have something else to say.
    if (held !== null || stateText(snapshot.value).startsWith('merging')) continue;
    if (!isGivenUp(snapshot.context.statuses, status)) continue;
    const code = await lastFailure(engine, row.stream, row.id);
    if (code !== null && mayPass.includes(code))
      unsaid.push({ effect: row.id, askedAt: row.asked_at });
  }
  return unsaid;
}
