import { createMachine } from 'xstate';
import { expect, test } from 'vitest';
import { machineOf } from '../../machines/fold.ts';
import { toMachineJson } from '../../src/replay/machine-json.ts';

test.each(['pull', 'branch'] as const)(
  'the %s machine made again from its JSON has the same states and transitions',
  (kind) => {
    const again = createMachine(JSON.parse(toMachineJson(kind)));
    const plain = (of: unknown): unknown => JSON.parse(JSON.stringify(of));
    expect(plain(again.definition)).toEqual(plain(machineOf(kind).definition));
    expect(Object.keys(again.states).length).toBeGreaterThan(2);
  },
);
