import { z } from 'zod';
import { type EventData, eventSchema } from '../../machines/fold.ts';
import type { StreamKind } from '../../machines/stream.ts';
import { LogError } from './log-error.ts';
import type { EventsTable } from './schema.ts';
import { upcast, upcasters } from './upcast.ts';

/** What is said of an event besides its data. */
export const eventMeta = z.object({
  /** Version of the event type's shape. */
  v: z.number(),
  /** False: no transition took it; stored because "why did nothing happen" is a question people ask. */
  handled: z.boolean(),
  /** Where it came from: `webhook`, `reconcile`, `effect`, `ci`, `timer`, `operator`. */
  source: z.string(),
  /** True: recorded while the stream was held (G4). */
  held: z.boolean().optional(),
});
export type EventMeta = z.infer<typeof eventMeta>;

/** An event as it is read: lifted to today's shape. */
export interface LoggedEvent {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly data: EventData;
  readonly meta: EventMeta;
  readonly state: string;
  readonly machineVersion: string;
  readonly key: string | null;
  readonly recordedAt: number;
}

export type EventRow = {
  [Column in keyof EventsTable]: Column extends 'position' ? number : EventsTable[Column];
};

/**
 * The data of a row, lifted. It was checked when it was appended or imported, so it is not checked again: replaying a
 * million events is a read, a parse and a fold each.
 */
export function dataOf(row: Pick<EventRow, 'type' | 'data' | 'meta'>): EventData {
  const stored: Record<string, unknown> = JSON.parse(row.data);
  const { type, data } =
    upcasters.length === 0
      ? { type: row.type, data: stored }
      : upcast({ type: row.type, version: versionIn(row.meta), data: stored });
  // Fresh from the parser, so it is ours to complete.
  data['type'] = type;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return data as EventData;
}

function versionIn(text: string): number {
  const meta: EventMeta = JSON.parse(text);
  return meta.v;
}

export function loggedEvent(row: EventRow): LoggedEvent {
  return {
    position: row.position,
    stream: row.stream,
    version: row.version,
    data: dataOf(row),
    meta: eventMeta.parse(JSON.parse(row.meta)),
    state: row.state,
    machineVersion: row.machine_version,
    key: row.key,
    recordedAt: row.recorded_at,
  };
}

/** Checks what is about to be stored. @throws {LogError} `corrupt`, naming the field */
export function checkEvent(kind: StreamKind, data: unknown): EventData {
  const parsed = eventSchema(kind).safeParse(data);
  if (parsed.success) return parsed.data;
  throw new LogError('corrupt', `not an event of a ${kind}: ${z.prettifyError(parsed.error)}`);
}
