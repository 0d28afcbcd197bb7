import { z } from 'zod';
import type { CommitStatus } from '../../ports/forge.ts';

/** One line of a note. */
const statusLine = z.object({
  context: z.string(),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  description: z.string(),
  url: z.string().nullable().default(null),
});
export type StatusLine = z.infer<typeof statusLine>;

/** A note with one status more; null if the newest of its context says the same already. */
export function appendStatus(note: string, status: CommitStatus): string | null {
  const line: StatusLine = {
    context: status.context,
    state: status.state,
    description: status.description,
    url: status.url,
  };
  const last = readStatuses(note).get(status.context);
  if (last !== undefined && JSON.stringify(last) === JSON.stringify(line)) return null;
  const start = note === '' || note.endsWith('\n') ? note : `${note}\n`;
  return `${start}${JSON.stringify(line)}\n`;
}

/** The newest status of each context. Lines that are none, somebody's own remarks, are passed over. */
export function readStatuses(note: string): ReadonlyMap<string, StatusLine> {
  const statuses = new Map<string, StatusLine>();
  for (const line of note.split('\n')) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      continue;
    }
    const { success, data } = statusLine.safeParse(value);
    if (success) statuses.set(data.context, data);
  }
  return statuses;
}
