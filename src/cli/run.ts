import { explain } from './explain.ts';
import { program } from './program.ts';

/** Runs one command. What goes wrong is one line on stderr. @returns the exit code */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    const { line, exitCode } = explain(error);
    if (line !== null) process.stderr.write(`${line}\n`);
    return exitCode;
  }
}
