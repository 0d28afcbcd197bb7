import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const project = resolve(import.meta.dirname, '..');

/** In CommonJS it cannot wait at its top. */
const formats = {
  esm: {
    extension: 'mjs',
    define: {},
    banner:
      "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  cjs: {
    extension: 'cjs',
    define: { 'import.meta.url': 'urlOfProgram' },
    banner: "const urlOfProgram = require('node:url').pathToFileURL(__filename).href;",
  },
};

/**
 * One file of a program that is to be begun hundreds of times, or to run fast: compiling it each time would be most of
 * the test, and what compiles in passing (`tsx`) names every function each time that it is made.
 * @returns its path, and what clears it away
 */
export async function bundle(
  program: string,
  format: keyof typeof formats = 'esm',
): Promise<{ file: string; clear: () => void }> {
  const { extension, define, banner } = formats[format];
  const directory = mkdtempSync(join(tmpdir(), 'orthrus-bundle-'));
  // Where the program looks for its machines and its packages.
  symlinkSync(join(project, 'machines'), join(directory, 'machines'));
  symlinkSync(join(project, 'package.json'), join(directory, 'package.json'));
  symlinkSync(join(project, 'node_modules'), join(directory, 'node_modules'));
  const file = join(directory, 'a', 'b', `program.${extension}`);
  await build({
    entryPoints: [join(project, program)],
    outfile: file,
    bundle: true,
    // What is not bundled is a native module, or loads files of its own.
    external: ['better-sqlite3', 'pino'],
    banner: { js: banner },
    define,
    platform: 'node',
    format,
    target: 'node20',
    logLevel: 'error',
  });
  return { file, clear: () => rmSync(directory, { recursive: true, force: true }) };
}
