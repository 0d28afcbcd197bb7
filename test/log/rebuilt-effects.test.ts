import { expect, test } from 'vitest';
import type { Effect } from '../../machines/effect.ts';
import { effectId } from '../../src/log/outbox.ts';
import { RebuiltEffects } from '../../src/log/rebuilt-effects.ts';
import { openTestLog, sha } from './open-log.ts';

const stream = 'here:1#1';
const status: Effect = {
  type: 'status.publish',
  params: { commit: sha('a'), context: 'orthrus', state: 'success', description: 'built' },
};

test('E3 what was given up and then done all the same is done, in a log that is folded anew', async () => {
  const { db } = await openTestLog();
  const rebuilt = new RebuiltEffects(db);
  await rebuilt.add({ stream, version: 1, at: 10 }, [status, status]);
  const givenUp = { outcome: 'dead', done_at: 20, attempts: 5, last_error: 'denied' } as const;
  rebuilt.finish(effectId(stream, 1, 0), givenUp);
  rebuilt.finish(effectId(stream, 1, 1), givenUp);
  rebuilt.finish(effectId(stream, 1, 0), {
    outcome: 'done',
    done_at: 30,
    attempts: 6,
    last_error: null,
  });
  // What is said of a try before it was given up is of no later one.
  rebuilt.finish(effectId(stream, 1, 1), { ...givenUp, outcome: 'done', attempts: 1 });
  await rebuilt.close();
  const rows = await db
    .selectFrom('effects')
    .select(['id', 'outcome', 'done_at', 'attempts', 'last_error'])
    .orderBy('id')
    .execute();
  expect(rows).toEqual([
    { id: `${stream}/1.0`, outcome: 'done', done_at: 30, attempts: 6, last_error: null },
    { id: `${stream}/1.1`, outcome: 'dead', done_at: 20, attempts: 5, last_error: 'denied' },
  ]);
});
