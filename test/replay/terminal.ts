import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const python =
  'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])) % 256)';
/** Tells its number and how the terminal is set, before the command and after it, and what that came to. */
const shell =
  'stty rows 40 cols 100; echo "shell=$$"; echo "before=$(stty -g)"; "$@"; code=$?; echo "after=$(stty -g)"; echo "code=$code"';

/** A command in a real pseudo-terminal. It ends with the test. */
export class Terminal {
  #said = '';
  readonly #child;

  constructor(...args: string[]) {
    const command = [process.execPath, '--import', 'tsx', main, ...args];
    this.#child = spawn('python3', ['-c', python, 'sh', '-c', shell, 'sh', ...command], {
      env: { ...process.env, TERM: 'xterm', NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout.on('data', (data) => (this.#said += String(data)));
    onTestFinished(() => {
      this.#child.kill('SIGKILL');
    });
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** What it says now: all since the screen was last cleared. */
  screen(): string {
    return this.#said.split('\u001b[H\u001b[2J').at(-1) ?? '';
  }

  async shows(text: string | RegExp): Promise<void> {
    await vi.waitFor(
      () => {
        const screen = this.screen();
        if (typeof text === 'string' ? !screen.includes(text) : !text.test(screen))
          throw new Error(`the terminal does not show ${text}: ${screen}`);
      },
      { timeout: 60_000, interval: 20 },
    );
  }

  /** Sends a signal to the command itself. */
  signal(name: NodeJS.Signals): void {
    const shellId = this.#told('shell');
    const children = readFileSync(`/proc/${shellId}/task/${shellId}/children`, 'utf8');
    process.kill(Number(children.trim().split(' ')[0]), name);
  }

  /**
   * What the command came to, once it has ended, and what it left: whether the terminal is set as it was, the screen that
   * it had for itself is left, and the cursor is there again.
   */
  async ended(): Promise<{ code: number; isAsBefore: boolean }> {
    await this.shows(/code=\d+\s/);
    return {
      code: Number(this.#told('code')),
      isAsBefore:
        this.#told('after') === this.#told('before') &&
        this.#said.includes('\u001b[?1049h\u001b[?25l') &&
        this.screen().includes('\u001b[?25h\u001b[?1049l'),
    };
  }

  #told(name: string): string {
    return new RegExp(`${name}=(\\S+)`).exec(this.#said)?.[1] ?? '';
  }
}
