import { expect, test } from 'vitest';
import { checkLog } from '../../src/replay/check.ts';
import { shareSeededSite } from './seeded-site.ts';

const site = shareSeededSite();

test('a seeded log is one that the service could have written: it replays to what is recorded', async () => {
  const { config, log } = site().service;
  const { db } = log;
  expect(await checkLog(db, config.database.file)).toMatchObject({ differing: 0, streams: 55 });
  const states = await db.selectFrom('pulls').select('state').distinct().execute();
  expect(states.map(({ state }) => state).toSorted()).toEqual([
    'awaitingApproval',
    'blocked',
    'building',
    'closed',
    'draft',
    'idle',
    'merging.pushing',
    'reporting',
  ]);
});
