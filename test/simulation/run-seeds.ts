import { generate } from './generate.ts';
import type { Plan } from './plan.ts';
import { shrink } from './shrink.ts';
import { type Broken, openDatabase, simulate } from './simulation.ts';
import { tell } from './story.ts';

/** A seed that broke a rule, shrunk to what it takes. */
export interface Failure {
  readonly seed: number;
  readonly broken: Broken;
  readonly plan: Plan;
  readonly story: string;
}

export interface Tally {
  seeds: number;
  lives: number;
  readonly failures: Failure[];
}

/**
 * Runs seed after seed.
 * @param next gives the next seed; null: it is enough
 */
export async function runSeeds(
  next: () => number | null,
  progress: (tally: Tally) => void,
): Promise<Tally> {
  const database = await openDatabase();
  const tally: Tally = { seeds: 0, lives: 0, failures: [] };
  for (let seed = next(); seed !== null; seed = next()) {
    const plan = generate(seed);
    const { broken, lives } = await simulate(plan, database);
    tally.seeds += 1;
    tally.lives += lives;
    const [first] = broken;
    if (first !== undefined) {
      const least = await shrink(plan, first.rule, database);
      const outcome = await simulate(least, database);
      const story = tell(least, outcome);
      tally.failures.push({ seed, broken: outcome.broken[0] ?? first, plan: least, story });
    }
    progress(tally);
  }
  return tally;
}
