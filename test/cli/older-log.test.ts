import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Laboratory } from './laboratory.ts';
import { runHere } from './run-here.ts';

/** Exports of earlier versions, each by its version: made by that version itself, never changed. */
const folder = join(import.meta.dirname, '../replay/logs');
const logs = readdirSync(folder);

test.each(logs)(
  'G4 the log of %s is lifted to today, and replays as it was recorded',
  async (name) => {
    const { config } = new Laboratory();
    const imported = await runHere('import', join(folder, name), '--config', config);
    expect(imported.code).toBe(0);
    const checked = await runHere('replay', '--check', '--json', '--config', config);
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.out)).toMatchObject({ differing: 0, streams: 2, events: 70 });
  },
);
