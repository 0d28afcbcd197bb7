import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** A fold makes much that dies young; with room for it there is half as much to collect. */
const resourceLimits = { maxYoungGenerationSizeMb: 32 };

/** Starts the thread of a check over the log in `file`: what is compiled as it is, a source through tsx. */
export function startThread(file: string): Worker {
  const options = { workerData: { file }, resourceLimits };
  if (import.meta.url.endsWith('.js'))
    return new Worker(new URL('./check-worker.js', import.meta.url), options);
  // Node 20 gives `--import` no say in a thread, so the thread asks for tsx itself.
  const tsx = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs');
  const source = new URL('./check-worker.ts', import.meta.url).href;
  const begin = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}); })`;
  return new Worker(begin, { ...options, eval: true });
}
