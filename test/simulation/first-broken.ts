import { generate } from './generate.ts';
import { openDatabase, simulate } from './simulation.ts';

/** Prints the first of so many seeds that breaks a rule, as JSON; `null` if none does. For script/mutations.ts. */
const seeds = Number(process.argv[2]);
const database = await openDatabase();
let found: { seed: number; rule: string; what: string } | null = null;
for (let seed = 1; seed <= seeds && found === null; seed += 1) {
  const [broken] = (await simulate(generate(seed), database)).broken;
  if (broken !== undefined) found = { seed, ...broken };
}
console.log(JSON.stringify(found));
