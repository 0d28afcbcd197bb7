import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BuildName } from '../../ports/ci.ts';
import {
  buildDirectory,
  buildName,
  list,
  readRecord,
  streamDirectory,
  writeWhole,
} from '../store/state-files.ts';

const fileIn = (directory: string): string => join(directory, 'asked.json');
const asked = z.object({ spent: z.array(z.string()) });

/**
 * What is on disk of one build, `builds/<stream>/<commit>.<attempt>/`: `asked.json`, that Typhon was to be asked for it,
 * and GC roots on what it left.
 *
 * Two attempts may be at one commit (a branch that is built again). Evaluations of it that had come to a bad end before
 * the second one began say nothing of that one; which those were is written down before Typhon is asked, so that after a
 * crash in between the second attempt's own are not taken for the first one's (G1).
 * @param spent asked for only if there was an earlier attempt
 * @returns the evaluations that do not count
 */
export async function openAttempt(
  stateDir: string,
  build: BuildName,
  spent: () => Promise<readonly string[]>,
): Promise<ReadonlySet<string>> {
  const directory = buildDirectory(stateDir, build.stream, build);
  const file = fileIn(directory);
  const known = await readRecord(file, asked);
  if (known !== null) return new Set(known.spent);
  const others = await list(streamDirectory(stateDir, build.stream));
  const isLater = others.some(
    (name) => name.startsWith(`${build.commit}.`) && name !== buildName(build),
  );
  const record = { spent: isLater ? [...(await spent())] : [] };
  await mkdir(directory, { recursive: true });
  await writeWhole(file, record);
  return new Set(record.spent);
}

/** Whether the directory is that of a build which nobody has let go of. */
export async function isAttempt(directory: string): Promise<boolean> {
  return (await readRecord(fileIn(directory), asked)) !== null;
}
