#!/usr/bin/env node
import { explain } from './explain.ts';
import { program } from './program.ts';

// Whoever reads our output may have had enough of it (`orthrus log … | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program().parseAsync();
} catch (error) {
  const { line, exitCode } = explain(error);
  if (line !== null) process.stderr.write(`${line}\n`);
  process.exitCode = exitCode;
}
