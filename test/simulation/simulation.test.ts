import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { generate } from './generate.ts';
import { openDatabase, simulate } from './simulation.ts';
import { tell } from './story.ts';

test('the same seed gives the same event log, byte for byte, in another process too', async () => {
  const database = await openDatabase();
  const logs: string[] = [];
  for (const seed of [3, 4, 5]) logs.push((await simulate(generate(seed), database)).log());
  expect(logs.join('').length).toBeGreaterThan(10_000);
  const script = fileURLToPath(new URL('print-log.ts', import.meta.url));
  const printed = execFileSync(process.execPath, ['--import', 'tsx', script, '3', '4', '5'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  expect(printed === logs.join('')).toBe(true);
});

test('a run of seeds breaks no rule', { timeout: 120_000 }, async () => {
  const database = await openDatabase();
  for (let seed = 1; seed <= 5; seed += 1) {
    const plan = generate(seed);
    const outcome = await simulate(plan, database);
    expect(outcome.broken.length === 0 ? null : tell(plan, outcome)).toBeNull();
  }
});
