import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { list } from '../store/state-files.ts';

/** The build directories on disk, `stateDir/builds/<stream>/<build>`. */
export async function allBuildDirectories(stateDir: string): Promise<string[]> {
  const builds = join(stateDir, 'builds');
  const streams = await list(builds);
  const names = await Promise.all(
    streams.map(async (stream) =>
      (await readdir(join(builds, stream))).map((build) => join(builds, stream, build)),
    ),
  );
  return names.flat();
}
