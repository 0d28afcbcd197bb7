import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bundle } from '../bundle.ts';
import { orRefuse, readArguments } from './arguments.ts';
import type { Failure, Tally } from './run-seeds.ts';

/**
 * `npm run simulate -- --seeds N [--seed S] [--minutes M]`: runs N seeds from S on, on all cores, at most M minutes. One
 * seed alone (`--seed S`) is told as a story.
 */
const { first, count, minutes } = orRefuse(
  'npm run simulate -- --seeds N [--seed S] [--minutes M]',
  () => readArguments(process.argv.slice(2)),
);
/** How many failures are still to be told as stories. */
let toTell = 3;
/** How V8 runs a core's share. */
const execArgv = [
  // What dies young is most of what is made; with room for it there is half as much to collect.
  '--max-semi-space-size=32',
  // What one does by threads of its own it takes from the others.
  '--single-threaded',
  // Most functions are called too seldom to be optimized, and are faster compiled at once than interpreted.
  '--always-sparkplug',
  // Those that are optimized are many: it takes long, most of it for what is inlined.
  '--max-inlined-bytecode-size-cumulative=300',
];

if (count === 1) await tellOne(first);
else await runMany();

async function tellOne(seed: number): Promise<void> {
  const [{ generate }, { openDatabase, simulate }, { tell }] = await Promise.all([
    import('./generate.ts'),
    import('./simulation.ts'),
    import('./story.ts'),
  ]);
  const plan = generate(seed);
  const outcome = await simulate(plan, await openDatabase());
  console.log(tell(plan, outcome));
  process.exitCode = outcome.broken.length === 0 ? 0 : 1;
}

async function runMany(): Promise<void> {
  const cores = Math.min(availableParallelism(), count);
  const begun = performance.now();
  const until = Date.now() + minutes * 60_000;
  const tallies = new Map<number, Tally>();
  const seconds = (): number => (performance.now() - begun) / 1000;
  const sum = (of: (tally: Tally) => number): number =>
    [...tallies.values()].reduce((all, tally) => all + of(tally), 0);
  const line = (): string => {
    const lives = sum((tally) => tally.lives);
    const rate = (lives / seconds() / cores).toFixed(0);
    return `${sum((tally) => tally.seeds)} seeds, ${lives} pull requests (${rate} a second and core), ${sum((tally) => tally.failures.length)} failures, ${seconds().toFixed(0)} s`;
  };
  const ticking = setInterval(() => console.log(line()), 5000);
  // In one piece: each core would compile some hundred files, and their functions would be named at every call.
  const worker = await bundle('test/simulation/simulate-worker.ts');
  process.once('exit', worker.clear);
  process.once('SIGINT', () => process.exit(130));
  await Promise.all(
    Array.from({ length: cores }, async (_, index) => {
      const share = [first + index, cores, first + count, until].map(String);
      const child = fork(worker.file, share, { execArgv });
      child.on('message', (tally: Tally) => {
        const told = tallies.get(index)?.failures.length ?? 0;
        tallies.set(index, tally);
        for (const failure of tally.failures.slice(told)) announce(failure);
      });
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`a share of the seeds ended with ${code}`);
    }),
  );
  clearInterval(ticking);
  const failures = [...tallies.values()]
    .flatMap((tally) => tally.failures)
    .toSorted((a, b) => a.seed - b.seed);
  const kinds = new Map<string, number[]>();
  for (const { broken, seed } of failures)
    kinds.set(broken.rule, [...(kinds.get(broken.rule) ?? []), seed]);
  for (const [rule, seeds] of kinds)
    console.log(`${rule}: ${seeds.length}, seeds ${seeds.slice(0, 10).join(' ')}`);
  console.log(line());
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/** Told, and kept, as soon as it is found: nothing of a long run is lost when it is ended. */
function announce(failure: Failure): void {
  keep(failure);
  toTell -= 1;
  console.log(toTell < 0 ? `${failure.broken.rule}: seed ${failure.seed}` : `\n${failure.story}\n`);
}

/** What broke a rule once is run for ever after: `found.test.ts` reads it. */
function keep({ seed, broken, plan }: Failure): void {
  const file = fileURLToPath(new URL(`found/${seed}.json`, import.meta.url));
  writeFileSync(file, `${JSON.stringify({ broken: broken.rule, plan }, null, 1)}\n`);
}
