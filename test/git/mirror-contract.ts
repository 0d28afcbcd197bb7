import { describe } from 'vitest';
import { historyContract } from './history-contract.ts';
import type { OpenMirrorUnderTest } from './mirror-fixture.ts';
import { overlayContract } from './overlay-contract.ts';
import { pushContract } from './push-contract.ts';

/** Everything a mirror must do, whatever its kind. No kind is exempt from anything. */
export function mirrorContract(kind: string, open: OpenMirrorUnderTest): void {
  describe(`${kind} mirror`, () => {
    historyContract(open);
    overlayContract(open);
    pushContract(open);
  });
}
