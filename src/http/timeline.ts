import { stateText } from '../../machines/fold.ts';
import { changesBetween, type Json } from '../dashboard/pull/changes.ts';
import {
  type TimelineEffect,
  type TimelinePart,
  type TimelineStep,
  withVisit,
} from '../dashboard/pull/timeline-data.ts';
import type { LogDatabase } from '../log/database.ts';
import type { PullRow } from '../log/schema.ts';
import { isFailure } from '../replay/failures.ts';
import { summarize } from '../replay/summarize.ts';
import { type AskedEffect, travel, type TravelStep } from '../replay/time-travel.ts';
import type { Keyframes } from './timeline-keyframes.ts';

/** How many steps are told at once; the pages ask for so many. */
export const timelineLimit = 100;

/** At most `limit` steps of a run from a version on, as today's machine replays it. */
export async function timelinePart(
  db: LogDatabase,
  keyframes: Keyframes,
  row: PullRow,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<TimelinePart> {
  const newest = await newestVersion(db, row.stream);
  const frame = await keyframes.before(db, row, Math.min(from, newest + 1));
  let state = stateText(frame.snapshot.value);
  let context: object = frame.snapshot.context;
  let { visited } = frame;
  const steps: TravelStep[] = [];
  for await (const step of travel(db, row, frame)) {
    if (step.version >= from) steps.push(step);
    else {
      ({ state, context } = step);
      visited = withVisit(visited, { state, version: step.version, at: step.recordedAt });
    }
    if (steps.length === limit) break;
  }
  return {
    stream: row.stream,
    newest,
    from,
    before: { state, context: plain(context), visited },
    steps: steps.map(stepJson),
  };
}

async function newestVersion(db: LogDatabase, stream: string): Promise<number> {
  const { newest } = await db
    .selectFrom('events')
    .select((row) => row.fn.max('version').as('newest'))
    .where('stream', '=', stream)
    .executeTakeFirstOrThrow();
  return newest ?? 0;
}

function stepJson(step: TravelStep): TimelineStep {
  const { version, recordedAt, event, source, handled, held, state, recorded } = step;
  return {
    version,
    at: recordedAt,
    type: event.type,
    summary: summarize(event),
    source,
    handled,
    held,
    failed: isFailure(event),
    state,
    recorded,
    changes: Object.entries(step.changed).flatMap(([key, { before, after }]) =>
      changesBetween(plain(before), plain(after), [key]),
    ),
    effects: step.effects.map(effectJson),
  };
}

function effectJson({ id: _, params, ...same }: AskedEffect): TimelineEffect {
  return { ...same, params: plain(params) };
}

/** A value as it is sent. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null));
}
