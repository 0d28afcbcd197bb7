import { mkdir, readlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isStorePath } from '../../../machines/store-path.ts';
import { PortError } from '../../ports/port-error.ts';
import { list } from './state-files.ts';
import { lastLines, plainText } from './log-text.ts';
import { nixCommand } from './nix-command.ts';

/** An argument list has an end (128 KiB a string, 2 MiB in all); 5,000 paths of at most 250 bytes are within it. */
const mostPaths = 5000;

function inParts(paths: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let at = 0; at < paths.length; at += mostPaths) parts.push(paths.slice(at, at + mostPaths));
  return parts;
}

/** Which of the paths are not valid in the store; what is no store path is gone as well. */
export async function invalidPaths(
  paths: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Set<string>> {
  const invalid = new Set<string>(paths.filter((path) => !isStorePath(path)));
  for (const part of inParts([...new Set(paths)].filter((path) => !invalid.has(path)))) {
    const result = await nixCommand(
      'nix-store',
      ['--check-validity', '--print-invalid', ...part],
      env,
    );
    if (result.code !== 0) throw storeFailed(result.stderr);
    for (const line of result.stdout.split('\n')) if (line !== '') invalid.add(line);
  }
  return invalid;
}

/**
 * Makes GC roots for paths that are valid: `link`, `link-2`, … in an order of Nix's own. Nix registers each with the
 * store while it holds the path, by the daemon if there is one. @returns false if one of them is gone after all.
 */
export async function rootPaths(
  link: string,
  paths: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  await mkdir(dirname(link), { recursive: true });
  for (const [index, part] of inParts(paths).entries()) {
    const prefix = index === 0 ? link : `${link}-${String(index)}x`;
    const result = await nixCommand('nix-store', ['--realise', '--add-root', prefix, ...part], env);
    if (result.code !== 0) return false;
  }
  return true;
}

/** The GC roots in a directory: name of the link to store path. */
export async function rootsIn(directory: string): Promise<Map<string, string>> {
  const roots = new Map<string, string>();
  await Promise.all(
    (await list(directory)).map(async (name) => {
      const target = await readlink(join(directory, name)).catch(() => '');
      if (target.startsWith('/nix/store/')) roots.set(name, target);
    }),
  );
  return roots;
}

/** Without our link, the store's own link to it is stale, and the next collection clears it away. */
export async function dropRoots(directory: string, drop: (name: string) => boolean = () => true) {
  for (const name of (await rootsIn(directory)).keys()) {
    if (drop(name)) await unlink(join(directory, name)).catch(() => {});
  }
}

function storeFailed(stderr: string): PortError {
  return new PortError(
    'unavailable',
    `the Nix store does not answer: ${lastLines(plainText(stderr))}`,
  );
}
