import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const project = resolve(import.meta.dirname, '..');

/**
 * One file of a program that is to be begun hundreds of times, or to run fast: compiling it each time would be most of
 * the test, and what compiles in passing (`tsx`) names every function each time that it is made.
 * @returns its path, and what clears it away
 */
export async function bundle(program: string): Promise<{ file: string; clear: () => void }> {
  const directory = mkdtempSync(join(tmpdir(), 'orthrus-bundle-'));
  // Where the program looks for its machines and its packages.
  symlinkSync(join(project, 'machines'), join(directory, 'machines'));
  symlinkSync(join(project, 'package.json'), join(directory, 'package.json'));
  symlinkSync(join(project, 'node_modules'), join(directory, 'node_modules'));
  const file = join(directory, 'a', 'b', 'program.mjs');
  await build({
    entryPoints: [join(project, program)],
    outfile: file,
    bundle: true,
    // What is not bundled is a native module, or loads files of its own.
    external: ['better-sqlite3', 'pino'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return { file, clear: () => rmSync(directory, { recursive: true, force: true }) };
}
