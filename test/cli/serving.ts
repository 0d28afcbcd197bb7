import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A service in a process of its own, as `orthrus serve` starts it. */
export interface Serving {
  readonly url: string;
  /** All that it has said until now. */
  said(): { out: string; err: string };
  /** @returns the exit code, once it has ended */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a service and waits for its URL. It ends with the test. */
export async function serve(config: string, env: Record<string, string> = {}): Promise<Serving> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'serve', '--config', config], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stderr.on('data', (data) => (said.err += String(data)));
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (data) => {
      said.out += String(data);
      const found = /listening at (\S+)\n/.exec(said.out)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('close', (code) => reject(new Error(`serve ended with ${code}: ${said.err}`)));
  });
  return {
    url,
    said: () => ({ ...said }),
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}
