import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundle } from '../bundle.ts';

/** What begins a program, from what was compiled of it before. */
export const begin = fileURLToPath(new URL('begin.cjs', import.meta.url));

/** `child.ts`, bundled, and loaded once, so that what is compiled for that is there for the lives that follow. */
export async function childProgram(): Promise<{ file: string; clear: () => void }> {
  const program = await bundle('test/crash/child.ts', 'cjs');
  execFileSync(process.execPath, [begin, program.file], { stdio: 'inherit' });
  return program;
}
