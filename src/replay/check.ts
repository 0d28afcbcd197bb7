import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { LogDatabase } from '../log/database.ts';
import { type StreamRange, streamRanges } from '../log/event-pages.ts';
import { LogError } from '../log/log-error.ts';
import type { Difference } from '../log/refold.ts';
import { type Checked, checkRange, makeFolds } from './check-range.ts';
import { startThread } from './start-thread.ts';

/** Every stream through today's machine, against the states that were recorded (G4). */
export interface CheckReport {
  readonly events: number;
  readonly streams: number;
  /** How many streams replay differently. */
  readonly differing: number;
  /** The first event of the first such stream that does, in the order of the streams' names. */
  readonly first: Difference | null;
  readonly milliseconds: number;
  readonly cores: number;
}

export interface CheckOptions {
  /** Default: as many as the machine has. */
  readonly cores?: number;
  /** Events at a time: enough to be worth handing over, few enough that all cores end together. */
  readonly rangeSize?: number;
  readonly onProgress?: (events: number) => void;
}

/**
 * Replays the whole log. Each core has a thread that reads the log by itself; memory grows with the cores, not with
 * the log.
 * @param file the log's own file, which `db` has open
 */
export async function checkLog(
  db: LogDatabase,
  file: string,
  options: CheckOptions = {},
): Promise<CheckReport> {
  const { cores = availableParallelism(), rangeSize = 5000, onProgress = () => {} } = options;
  const begun = performance.now();
  const ranges = streamRanges(db, rangeSize);
  const total = { events: 0, streams: 0, differing: 0 };
  const firsts = new Map<number, Difference>();
  const add = (index: number, checked: Checked): void => {
    total.events += checked.events;
    total.streams += checked.streams;
    total.differing += checked.differing;
    if (checked.first !== null) firsts.set(index, checked.first);
    onProgress(total.events);
  };
  const take = numbered(ranges);

  // A small log is done before a thread has begun.
  const early = [await take(), await take()].filter((range) => range !== null);
  const isSmall = early.length < 2 || cores < 2;
  if (isSmall) {
    const folds = makeFolds();
    for (let next = early.shift() ?? null; next !== null; next = early.shift() ?? (await take()))
      add(next.index, await checkRange(db, next.range, folds));
  } else {
    const next = async (): Promise<Numbered | null> => early.shift() ?? take();
    await Promise.all(Array.from({ length: cores }, () => work(file, next, add)));
  }
  const [lowest] = [...firsts.keys()].toSorted((a, b) => a - b);
  return {
    ...total,
    first: lowest === undefined ? null : (firsts.get(lowest) ?? null),
    milliseconds: performance.now() - begun,
    cores: isSmall ? 1 : cores,
  };
}

interface Numbered {
  readonly index: number;
  readonly range: StreamRange;
}

/** Gives out the ranges, one at a time whoever asks, each with its place. */
function numbered(ranges: AsyncGenerator<StreamRange>): () => Promise<Numbered | null> {
  let index = -1;
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const mine = last.then(async () => {
      const { value, done } = await ranges.next();
      if (done === true) return null;
      index += 1;
      return { index, range: value };
    });
    last = mine;
    return mine;
  };
}

const difference = z.object({
  stream: z.string(),
  version: z.number(),
  type: z.string(),
  recorded: z.string(),
  replayed: z.string(),
});
const answer = z.union([
  z.object({
    checked: z.object({
      events: z.number(),
      streams: z.number(),
      differing: z.number(),
      first: difference.nullable(),
    }),
  }),
  z.object({ failed: z.string() }),
]);

/** One thread's life: range after range until there are no more. */
async function work(
  file: string,
  take: () => Promise<Numbered | null>,
  add: (index: number, checked: Checked) => void,
): Promise<void> {
  const worker = startThread(file);
  try {
    for (let next = await take(); next !== null; next = await take()) {
      const told = answer.parse(await ask(worker, next.range));
      if ('failed' in told) throw new LogError('corrupt', told.failed);
      add(next.index, told.checked);
    }
  } finally {
    await worker.terminate();
  }
}

function ask(worker: Worker, range: StreamRange): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number): void =>
      reject(new Error(`a checking thread ended with code ${code}`));
    worker.once('exit', ended);
    worker.once('error', reject);
    worker.once('message', (message: unknown) => {
      worker.off('exit', ended);
      worker.off('error', reject);
      resolve(message);
    });
    // A thread is no window.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage(range);
  });
}
