import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type OpenLog, openLog } from '../../src/log/database.ts';
import { travel, type TravelStep } from '../../src/replay/time-travel.ts';
import { beginning, fillLog } from './fill-log.ts';
import { pullLife } from './lives.ts';

const stream = 'here:r1#12';
let log: OpenLog;

beforeEach(async () => {
  log = await openLog(':memory:');
  onTestFinished(() => log.close());
  await fillLog(log.db, stream, pullLife('a', 12));
});

async function steps(): Promise<TravelStep[]> {
  const all: TravelStep[] = [];
  for await (const step of travel(log.db, { stream, kind: 'pull' })) all.push(step);
  return all;
}

describe('time travel', () => {
  it('tells each state, what an event changed, and whether it was taken', async () => {
    const all = await steps();
    expect(all).toHaveLength(58);
    expect(all.every((step) => step.state === step.recorded)).toBe(true);
    expect(all[2]).toMatchObject({
      version: 3,
      state: 'building',
      handled: true,
      source: 'effect',
    });
    expect(Object.keys(all[2]?.changed ?? {})).toEqual(
      expect.arrayContaining(['tip', 'branchTip', 'overlays', 'statuses']),
    );
    expect(all[9]).toMatchObject({ handled: false, changed: {}, effects: [] });
    expect(all.at(-1)?.context).toMatchObject({ tip: null, head: expect.any(String) });
  });

  it('tells what became of what was asked for', async () => {
    const all = await steps();
    const asked = all[2]?.effects.map(({ type, outcome }) => [type, outcome]);
    expect(asked).toEqual([
      ['build.start', 'waiting'],
      ['status.publish', 'done'],
    ]);
    const published = all[2]?.effects.find((effect) => effect.type === 'status.publish');
    expect(published).toMatchObject({ attempts: 1, doneAt: beginning + 4 * 1234, runAt: null });
    await log.db.deleteFrom('effects').execute();
    expect((await steps())[2]?.effects[0]).toMatchObject({ outcome: 'unknown', doneAt: null });
  });

  it('shows where today’s machine leaves what was recorded', async () => {
    const set = log.db.updateTable('events').set({ state: 'blocked' });
    await set.where('version', '=', 3).execute();
    expect((await steps())[2]).toMatchObject({ recorded: 'blocked', state: 'building' });
  });
});
