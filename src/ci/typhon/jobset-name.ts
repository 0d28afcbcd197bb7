import type { Jobset } from '../../ports/ci.ts';
import { PortError } from '../../ports/port-error.ts';

const heads = 'refs/heads/';

/** Typhon's name for a jobset is that of the branch. @throws {PortError} `invalid`: Typhon builds branches only */
export function jobsetName({ ref }: Pick<Jobset, 'ref'>): string {
  if (!ref.startsWith(heads) || ref.length === heads.length) {
    throw new PortError('invalid', `Typhon builds branches, and "${ref}" is none`);
  }
  return ref.slice(heads.length);
}
