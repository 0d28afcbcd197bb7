import { z } from 'zod';
import { eventMeta, type EventRow } from './stored-event.ts';

/** The first line of an export. `events` is how many lines follow, so that one that was cut off is seen. */
export const exportHeader = z.object({
  orthrus: z.literal('export'),
  version: z.number(),
  exportedAt: z.number(),
  events: z.number().int().min(0),
});

/** The version of the format that is written. */
export const exportVersion = 1;

/** Every other line: one event, as the log has it, in the order of the log. */
export const exportLine = z.object({
  stream: z.string().min(1),
  version: z.number().int().min(1),
  type: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
  meta: eventMeta,
  state: z.string().min(1),
  machineVersion: z.string(),
  key: z.string().nullable(),
  recordedAt: z.number().int(),
});
export type ExportLine = z.infer<typeof exportLine>;

export function lineOf(row: EventRow): ExportLine {
  return {
    stream: row.stream,
    version: row.version,
    type: row.type,
    data: JSON.parse(row.data),
    meta: JSON.parse(row.meta),
    state: row.state,
    machineVersion: row.machine_version,
    key: row.key,
    recordedAt: row.recorded_at,
  };
}
