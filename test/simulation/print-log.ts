import { generate } from './generate.ts';
import { openDatabase, simulate } from './simulation.ts';

/** Prints the event logs of these seeds, for a test of sameness. */
const database = await openDatabase();
for (const seed of process.argv.slice(2))
  process.stdout.write((await simulate(generate(Number(seed)), database)).log());
