import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { runSeeds } from './run-seeds.ts';

/** One core's share of the seeds: every `step`th from `first`. */
const share = z
  .object({ first: z.number(), step: z.number(), end: z.number(), until: z.number() })
  .parse(workerData);
let seed = share.first - share.step;

await runSeeds(
  () => {
    seed += share.step;
    return seed >= share.end || Date.now() > share.until ? null : seed;
  },
  // A port between threads; there is no origin to name.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  (tally) => parentPort?.postMessage(tally),
);
