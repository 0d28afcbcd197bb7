import { z } from 'zod';
import { runSeeds } from './run-seeds.ts';

/** One core's share of the seeds: every `step`th from `first`, before `end` and before the time `until`. */
const [first = 0, step = 1, end = 0, until = 0] = z
  .array(z.coerce.number())
  .parse(process.argv.slice(2));
let seed = first - step;

await runSeeds(
  () => {
    seed += step;
    return seed >= end || Date.now() > until ? null : seed;
  },
  (tally) => process.send?.(tally),
);
