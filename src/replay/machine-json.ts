import { machineOf } from '../../machines/fold.ts';
import type { StreamKind } from '../../machines/stream.ts';

/** The machine's own configuration, which Stately's editor imports. A function would become its name. */
export function toMachineJson(kind: StreamKind): string {
  return `${JSON.stringify(machineOf(kind).config, named, 2)}\n`;
}

function named(_key: string, value: unknown): unknown {
  return typeof value === 'function' ? { type: value.name } : value;
}
