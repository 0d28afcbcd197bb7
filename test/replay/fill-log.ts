import { append } from '../../src/log/append.ts';
import type { LogDatabase } from '../../src/log/database.ts';
import { effectId } from '../../src/log/outbox.ts';
import { readMachineVersion } from '../../src/log/machine-version.ts';
import type { LivedEvent } from './lives.ts';

/** When all lives begin. */
export const beginning = Date.UTC(2025, 0, 1);

/** Records a life as the service would have, with the ends of the effects that it answers. */
export async function fillLog(
  db: LogDatabase,
  stream: string,
  life: readonly LivedEvent[],
): Promise<void> {
  const machineVersion = readMachineVersion();
  for (const { event, answers, at } of life) {
    const [version, index] = (answers ?? '').split('.').map(Number);
    const id = answers === null ? null : effectId(stream, version ?? 0, index ?? 0);
    await append(
      { db, machineVersion, now: () => beginning + at },
      {
        stream,
        event,
        source: answers === null ? 'webhook' : 'effect',
        key: id === null ? undefined : `${id}:1`,
        first: async (tx) => {
          if (id === null) return true;
          await tx
            .updateTable('effects')
            .set({ done_at: beginning + at, outcome: 'done', attempts: 1 })
            .where('id', '=', id)
            .execute();
          return true;
        },
      },
    );
  }
}
