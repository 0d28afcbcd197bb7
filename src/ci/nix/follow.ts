import { link } from 'node:fs/promises';
import { rootPaths } from '../store/store.ts';
import type { PlannedJob } from './build-record.ts';
import { directoryOf } from './commands.ts';
import { standingOf, watchDetached, type Ended } from './detached.ts';
import type { Host } from './host.ts';

/**
 * Waits for the same derivation where it is built already, and makes its end our own: log, pid and status as hard
 * links, which outlive the other build, and roots of our own. So no derivation is built twice, and one that
 * fails does not fail twice. @returns null if it came to nothing there, and is ours to build.
 */
export async function follow(
  host: Host,
  job: PlannedJob,
  prefix: string,
  signal: AbortSignal,
): Promise<Ended | null> {
  const other = job.follows;
  if (other === null) return null;
  if ((await standingOf(prefix)).kind !== 'absent') return null;
  const watching = { world: host.options.world, signal };
  const ended = await watchDetached(other, watching, () => host.isAtWork(directoryOf(other)));
  if (ended.kind !== 'exited') return null;
  const outputs = Object.values(job.outputs);
  if (ended.code === 0 && !(await rootPaths(prefix, outputs, host.env))) return null;
  try {
    for (const suffix of ['log', 'pid', 'status']) await hardLink(other, prefix, suffix);
  } catch {
    return null;
  }
  return ended;
}

async function hardLink(from: string, to: string, suffix: string): Promise<void> {
  try {
    await link(`${from}.${suffix}`, `${to}.${suffix}`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
