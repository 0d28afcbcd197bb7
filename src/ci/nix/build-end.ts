import { readFile, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BuildError } from '../../../machines/build.ts';
import type { BuildReport } from '../../ports/ci.ts';
import { isMissing, readRecord, removeDirectory, writeWhole } from '../store/state-files.ts';
import { dropRoots } from '../store/store.ts';
import { endedBuild, type EndedBuild, type StoredRequest } from './build-record.ts';

/** What stays of a build that is cancelled: what it left, its logs only, or nothing. */
export type Remains = 'all' | 'logs' | 'nothing';

export const cancelledError: BuildError = {
  kind: 'cancelled',
  message: 'the build was cancelled',
  paths: [],
};

/** A build that never began, and never will (a late `start` finds that it has ended). */
export function cancelledBeforeItBegan(directory: string): Promise<void> {
  const ended: EndedBuild = { jobs: [], error: cancelledError };
  return writeWhole(join(directory, 'ended.json'), ended);
}

export function reportOf(
  request: Pick<StoredRequest, 'stream' | 'commit' | 'attempt'>,
  { jobs, error }: EndedBuild,
  phase: BuildReport['phase'],
): BuildReport {
  const { stream, commit, attempt } = request;
  return {
    stream,
    commit,
    attempt,
    phase,
    jobs: [...jobs],
    error,
  };
}

export function readEnded(directory: string): Promise<EndedBuild | null> {
  return readRecord(join(directory, 'ended.json'), endedBuild);
}

export async function discard(directory: string, remains: 'logs' | 'nothing'): Promise<void> {
  await dropRoots(directory);
  if (remains === 'logs') return;
  await removeDirectory(directory);
  // The stream's own goes with the last of its builds; until then it is not empty.
  await rmdir(dirname(directory)).catch(() => {});
}

export async function readRemains(directory: string): Promise<Remains | null> {
  try {
    const text = await readFile(join(directory, 'cancelled'), 'utf8');
    return text === 'logs' || text === 'nothing' ? text : 'all';
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
