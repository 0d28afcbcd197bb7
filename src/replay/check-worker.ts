import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { readLog } from '../log/database.ts';
import { checkRange, makeFolds } from './check-range.ts';

/** One core's share of a check: takes ranges of streams, one after another, and says what each came to. */
const { file } = z.object({ file: z.string() }).parse(workerData);
const range = z.object({ from: z.string(), to: z.string() });

const log = await readLog(file);
const folds = makeFolds();
parentPort?.on('message', (asked: unknown) => {
  void answer(asked);
});

async function answer(asked: unknown): Promise<void> {
  try {
    // A thread is no window.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    parentPort?.postMessage({ checked: await checkRange(log.db, range.parse(asked), folds) });
  } catch (error) {
    // As it is: an error's own fields would be lost on the way.
    // A thread is no window.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    parentPort?.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }
}
