import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workspace } from './workspace.ts';

/** `orthrus serve` as a process of its own, so that it can be killed. */
export interface RunningService {
  readonly url: string;
  /** As a power cut would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves when it ends, however. */
  ended(): Promise<void>;
}

/** Starts the service, and waits until it is ready. @throws if it ends before */
export async function startService(
  workspace: Workspace,
  port: number,
  program: readonly string[],
): Promise<RunningService> {
  const log = openSync(join(workspace.directory, 'serve.log'), 'a');
  const child = spawn(process.execPath, [...program, 'serve', '--config', workspace.configFile], {
    stdio: ['ignore', log, log],
  });
  const ended = once(child, 'exit').then(() => {});
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, url, join(workspace.directory, 'serve.log'));
  return {
    url,
    ended: () => ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function untilReady(child: ChildProcess, url: string, log: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the service did not start; see ${log}`);
    try {
      if ((await fetch(`${url}/readyz`)).ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(100);
  }
  throw new Error(`the service is not ready after 30 s; see ${log}`);
}

/** The port that was wished for, or if it is taken any other. */
export async function freePort(wished: number): Promise<number> {
  const port = await tryPort(wished);
  return port ?? (await tryPort(0)) ?? wished;
}

async function tryPort(wished: number): Promise<number | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(null));
    server.listen(wished, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => resolve(port));
    });
  });
}
