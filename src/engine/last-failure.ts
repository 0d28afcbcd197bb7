import { z } from 'zod';
import type { Engine } from './engine.ts';

const failed = z.object({ code: z.string() });

/** Why an effect was given up, the last time that was told; null: it never was. */
export async function lastFailure(
  engine: Engine,
  stream: string,
  effect: string,
): Promise<string | null> {
  const row = await engine.options.db
    .selectFrom('events')
    .select('data')
    .where('stream', '=', stream)
    // The key is the effect's id and attempt; `;` is the next character after `:`.
    .where('key', '>', `${effect}:`)
    .where('key', '<', `${effect};`)
    .where('type', 'like', '%.failed')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : (failed.safeParse(JSON.parse(row.data)).data?.code ?? null);
}
