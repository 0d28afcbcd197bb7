import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { PortError } from '../../ports/port-error.ts';
import { nixIsMissing } from '../store/nix-command.ts';

/** Costs no process. @throws {PortError} `unavailable` when there is no Nix on the PATH. */
export async function requireNix(env: NodeJS.ProcessEnv): Promise<void> {
  for (const directory of (env['PATH'] ?? '').split(':')) {
    if (directory === '') continue;
    try {
      await access(join(directory, 'nix-store'), constants.X_OK);
      return;
    } catch {
      // not there; the next one
    }
  }
  throw new PortError('unavailable', nixIsMissing);
}
