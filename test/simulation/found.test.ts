import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { plan } from './plan.ts';
import { openDatabase, simulate } from './simulation.ts';

const folder = fileURLToPath(new URL('found', import.meta.url));
const found = z.object({ broken: z.string(), plan });

test('what once broke a rule does so no more', async () => {
  const database = await openDatabase();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const story = found.parse(JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
    const { broken } = await simulate(story.plan, database);
    expect({ file, broken }).toEqual({ file, broken: [] });
  }
});
