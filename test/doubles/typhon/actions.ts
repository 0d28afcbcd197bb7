import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** What Typhon tells an action, in this order. `status` is `pending` for `begin`. */
export interface ActionInput {
  readonly drv: string;
  readonly evaluation: string;
  readonly flake: boolean;
  readonly job: string;
  readonly jobset: string;
  readonly out: string;
  readonly project: string;
  readonly status: 'pending' | 'success' | 'failure' | 'canceled';
  readonly url: string;
}

export interface ActionCall {
  readonly action: 'begin' | 'end';
  readonly input: ActionInput;
  /** What the store has of the derivation: output name to path, empty unless it was built. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A project's `begin` and `end` actions. One that rejects could not be begun; how it ends otherwise tells Typhon nothing. */
export type Actions = (call: ActionCall) => Promise<void>;

/**
 * Actions that tell a URL, as Orthrus' own do: what they were given and the outputs, signed.
 * @param waits milliseconds before each try; Orthrus' own try four times within half a minute
 */
export function callbackActions(
  url: string,
  secret: string,
  waits: readonly number[] = [0],
): Actions {
  return async ({ action, input, outputs, log, signal }) => {
    const body = JSON.stringify({ action, input, outputs });
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-orthrus-signature-256': `sha256=${signature}`,
    };
    for (const wait of waits) {
      await sleep(wait);
      try {
        const answer = await fetch(url, { method: 'POST', headers, body, signal });
        log(`${String(answer.status)} ${await answer.text()}`);
        if (answer.status < 500) return;
      } catch (error) {
        log(`could not be told: ${String(error)}`);
      }
    }
  };
}

/**
 * Actions that are programs, `begin` and `end` of a directory: with nothing in their environment, and on their standard
 * input one JSON text without a newline.
 */
export function executableActions(
  directory: string,
  secrets: Readonly<Record<string, string>> = {},
): Actions {
  return ({ action, input, log, signal }) =>
    new Promise((resolve, reject) => {
      const child = spawn(join(directory, action), [], {
        cwd: '/',
        env: {},
        signal,
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      createInterface({ input: child.stderr }).on('line', log);
      // It may end without reading.
      child.stdin.on('error', () => {});
      child.stdin.end(JSON.stringify({ input, secrets }));
      child.on('error', reject);
      child.on('close', () => resolve());
    });
}
