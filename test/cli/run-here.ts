import { vi } from 'vitest';
import { run } from '../../src/cli/run.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process: the same code as the program's, without its second of starting. */
export async function runHere(...args: string[]): Promise<Ran> {
  const said = { out: '', err: '' };
  const to = (name: 'out' | 'err') => (text: unknown, done: unknown) => {
    said[name] += String(text);
    if (typeof done === 'function') done();
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(to('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(to('err')),
  ];
  try {
    const code = await run(args);
    return { code, ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
