import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../machines', import.meta.url));

/**
 * The version of the machines: 12 hex digits of a hash over every file in `machines/`. Any change of theirs is a new
 * version, so nobody can forget to count it up; snapshots of another version are folded anew from the log.
 */
export function readMachineVersion(): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d)\.[jt]s$/.test(file))
    .toSorted();
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${relative('.', file)}\0`)
      .update(readFileSync(join(folder, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 12);
}
