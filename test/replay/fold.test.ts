import { describe, expect, it } from 'vitest';
import { transition } from 'xstate';
import {
  bulkFold,
  decide,
  type EventData,
  initialSnapshot,
  machineOf,
  stateText,
} from '../../machines/fold.ts';
import { branchEvents, pullEvents } from '../machines/worlds.ts';
import { branchLife, pullLife } from './lives.ts';

/** A small generator of numbers, so that every run walks the same ways. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

describe('folding one event', () => {
  it.each(['pull', 'branch'] as const)("gives what XState's transition gives (%s)", (kind) => {
    const machine = machineOf(kind);
    let handled = 0;
    for (let walk = 0; walk < 60; walk += 1) {
      const roll = dice(walk);
      let snapshot = initialSnapshot(kind);
      for (let step = 0; step < 40; step += 1) {
        const events =
          snapshot.kind === 'pull' ? pullEvents(snapshot.context) : branchEvents(snapshot.context);
        const { at: _, ...event } = events[roll(events.length)] ?? { at: 0 };
        const at = step * 1000;
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        const decision = decide(snapshot, event as EventData, at);
        const { value, context } = snapshot;
        const before = machine.resolveState({ value, context });
        const [after, actions] = transition(machine, before, { ...event, at });
        if (decision.handled) {
          handled += 1;
          expect(decision.snapshot.value).toEqual(after.value);
          expect(JSON.stringify(decision.snapshot.context)).toBe(JSON.stringify(after.context));
          expect(decision.effects).toEqual(actions.map(({ type, params }) => ({ type, params })));
        }
        ({ snapshot } = decision);
      }
    }
    expect(handled).toBeGreaterThan(500);
  });
});

describe('folding in bulk', () => {
  it.each(['pull', 'branch'] as const)('gives what one by one gives, on any way (%s)', (kind) => {
    const fold = bulkFold(kind);
    for (let walk = 0; walk < 60; walk += 1) {
      const roll = dice(walk);
      let snapshot = initialSnapshot(kind);
      fold.reset();
      for (let step = 0; step < 40; step += 1) {
        const events =
          snapshot.kind === 'pull' ? pullEvents(snapshot.context) : branchEvents(snapshot.context);
        const { at: _, ...event } = events[roll(events.length)] ?? { at: 0 };
        const at = step * 1000;
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        snapshot = decide(snapshot, event as EventData, at).snapshot;
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        expect(fold.apply(event as EventData, at)).toBe(stateText(snapshot.value));
        expect(fold.snapshot().context).toEqual(snapshot.context);
      }
    }
  });

  it('gives the recorded states of whole lives', () => {
    for (const [kind, life] of [
      ['pull', pullLife('a', 12)],
      ['branch', branchLife('main', 4)],
    ] as const) {
      const fold = bulkFold(kind);
      expect(life.map(({ event, at }) => fold.apply(event, at))).toEqual(
        life.map(({ state }) => state),
      );
    }
  });
});
