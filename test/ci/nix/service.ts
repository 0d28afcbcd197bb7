import { spawn, type ChildProcess } from 'node:child_process';
import type { BuildRequest } from '../../../src/ports/ci.ts';
import type { Laboratory } from './laboratory.ts';

/** A real process that runs a CI over the laboratory's state, and can be killed at any moment. */
export class Service {
  private readonly child: ChildProcess;
  private readonly exit: Promise<void>;
  /** It is about to start its builds. */
  readonly ready: Promise<void>;

  constructor(lab: Laboratory, requests: BuildRequest[], parallel = 2) {
    const settings = {
      stateDir: lab.stateDir,
      gitConfigGlobal: lab.file('gitconfig'),
      parallel,
      requests,
    };
    this.child = spawn(
      process.execPath,
      ['--import', 'tsx', new URL('child.ts', import.meta.url).pathname, JSON.stringify(settings)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.ready = new Promise((resolve) => this.child.stdout?.once('data', () => resolve()));
    // What nobody reads would stop it in the end.
    this.child.stdout?.resume();
    this.exit = new Promise((resolve) => this.child.once('exit', () => resolve()));
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }
}
