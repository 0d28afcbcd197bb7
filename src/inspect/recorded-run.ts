import { initialSnapshot } from '../../machines/fold.ts';
import type { LogDatabase } from '../log/database.ts';
import { travel } from '../replay/time-travel.ts';
import { ActorMessages, type InspectedActor, type InspectorMessage } from './message.ts';
import type { Redact } from './redact.ts';

/** A stream's whole run from the log, as today's machine replays it, with the recorded times. Read as it is taken. */
export async function* recordedRun(
  db: LogDatabase,
  actor: InspectedActor,
  redact: Redact,
): AsyncGenerator<InspectorMessage> {
  const messages = new ActorMessages(actor, redact);
  let hasBegun = false;
  for await (const step of travel(db, actor)) {
    if (!hasBegun) yield* messages.begin(step.recordedAt, initialSnapshot(actor.kind));
    hasBegun = true;
    yield* messages.step(step.recordedAt, step.event, step.snapshot);
  }
}
