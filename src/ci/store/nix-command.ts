import { execFile } from 'node:child_process';
import { PortError } from '../../ports/port-error.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const nixIsMissing =
  'Nix is not on the PATH of this service: install Nix 2.8 or newer, or give the repositories a CI of another kind';

/**
 * One short Nix command, waited for. Builds and evaluations are no short commands: those outlive this process.
 * @throws {PortError} `unavailable` when there is no Nix, or no process can be had.
 */
export function nixCommand(
  program: 'nix' | 'nix-store' | 'nix-instantiate',
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    // Long enough for a garbage collection that holds the store's lock.
    const options = { env, maxBuffer: 64 * 1024 * 1024, timeout: 300_000 };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      if (typeof error.code === 'number') return resolve({ code: error.code, stdout, stderr });
      if (error.code === 'ENOENT') {
        return reject(new PortError('unavailable', nixIsMissing, { cause: error }));
      }
      const why = error.killed === true ? 'did not answer in five minutes' : error.message;
      reject(new PortError('unavailable', `${program}: ${why}`, { cause: error }));
    });
  });
}
