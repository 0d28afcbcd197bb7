import { bench as dashboard } from './dashboard.ts';
import { bench as delivery } from './delivery.ts';
import { bench as demo } from './demo.ts';
import { bench as github } from './github.ts';
import { bench as overlay } from './overlay.ts';
import { bench as record } from './record.ts';
import { bench as replay } from './replay.ts';
import type { BenchResult } from './result.ts';
import { bench as timeline } from './timeline.ts';

/** Every benchmark, by the name that `script/bench NAME` takes; in the order in which they run. */
const benches: ReadonlyMap<string, () => Promise<BenchResult[]>> = new Map([
  ['record', record],
  ['overlay', overlay],
  ['delivery', delivery],
  ['github', github],
  ['dashboard', dashboard],
  ['replay', replay],
  ['timeline', timeline],
  ['demo', demo],
]);

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const isJson = process.argv.includes('--json');
const unknown = wanted.filter((name) => !benches.has(name));
if (unknown.length > 0) {
  console.error(
    `bench: there is no ${unknown.join(', ')}; there is ${[...benches.keys()].join(', ')}`,
  );
  process.exit(2);
}

let isGood = true;
for (const [name, run] of benches) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const result of await run()) {
    if (!result.ok) isGood = false;
    console.log(isJson ? JSON.stringify(result) : line(result));
  }
}
process.exitCode = isGood ? 0 : 1;

function line({ name, value, unit, ratio, against, goal, ok }: BenchResult): string {
  const compared = ratio === null ? '' : `${ratio.toFixed(2)} of ${against ?? ''}`;
  return `${ok ? '✓' : '✗'} ${name.padEnd(48)} ${`${value} ${unit}`.padStart(16)}   goal ${goal.padEnd(12)} ${compared}`;
}
