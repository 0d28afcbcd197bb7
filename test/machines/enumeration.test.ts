import { describe, expect, test } from 'vitest';
import { type AnyMachineSnapshot, type AnyStateMachine, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { branchMachine } from '../../machines/branch.ts';
import { stateText } from '../../machines/fold.ts';
import { pullRequestMachine } from '../../machines/pull-request.ts';
import { branchEvents, pullEvents } from './worlds.ts';

/** The leaf states of a statechart, as `merging.fetching`. */
function leaves(node: AnyStateMachine['root']): string[] {
  const children = Object.values(node.states);
  return children.length === 0 ? [node.path.join('.')] : children.flatMap(leaves);
}

/** What tells two situations apart here; attempts and statuses beyond the first few bring nothing new. */
function situation(snapshot: AnyMachineSnapshot): string {
  const { context } = snapshot;
  const overlay = context.overlays?.at(-1) ?? context.build;
  return JSON.stringify([
    stateText(snapshot.value),
    context.pull?.state,
    context.head,
    overlay?.phase ?? null,
    context.attempt === 0,
    context.cold ?? null,
    (context.tip ?? null) === null,
    context.statuses.some((status: { delivery: string }) => status.delivery === 'asked'),
  ]);
}

interface Explored {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly events: (snapshot: AnyMachineSnapshot) => { type: string }[];
  /** The state that everything else must be able to come to rest in. */
  readonly rest: string;
}

const explored: Explored[] = [
  {
    name: 'pull-request',
    machine: pullRequestMachine,
    events: (snapshot) => pullEvents(snapshot.context),
    rest: 'idle',
  },
  {
    name: 'branch',
    machine: branchMachine,
    events: (snapshot) => branchEvents(snapshot.context),
    rest: 'idle',
  },
];

describe.each(explored)('the $name machine', ({ machine, events, rest }) => {
  const paths = getShortestPaths(machine, {
    // The traversal asks before it knows the machine's own types.
    events: (snapshot: unknown) => events(snapshot as AnyMachineSnapshot),
    serializeState: (snapshot: unknown) => situation(snapshot as AnyMachineSnapshot),
    limit: 20_000,
  } as never);
  const situations = paths.map((path) => path.state as AnyMachineSnapshot);
  const edges = new Map(
    situations.map((from) => [
      situation(from),
      new Set(events(from).map((event) => situation(transition(machine, from, event as never)[0]))),
    ]),
  );

  test('reaches every state', () => {
    const reached = new Set(situations.map((snapshot) => stateText(snapshot.value)));
    expect([...reached].toSorted()).toEqual(leaves(machine.root).toSorted());
  });

  test('is never in a state that nothing leads out of', () => {
    for (const [from, to] of edges)
      expect([from, [...to].filter((next) => next !== from)]).not.toEqual([from, []]);
  });

  test('can come to rest from everywhere', () => {
    const resting = new Set([...edges.keys()].filter((key) => key.startsWith(`["${rest}"`)));
    let grew = true;
    while (grew) {
      grew = false;
      for (const [from, to] of edges) {
        if (resting.has(from) || ![...to].some((next) => resting.has(next))) continue;
        resting.add(from);
        grew = true;
      }
    }
    expect([...edges.keys()].filter((key) => !resting.has(key))).toEqual([]);
  });

  test('asks for effects only by names that the engine knows', () => {
    const unknown = new Set<string>();
    for (const from of situations)
      for (const event of events(from))
        for (const action of transition(machine, from, event as never)[1])
          if (!/^[a-z]+\.[a-z]+$/.test(action.type)) unknown.add(action.type);
    expect([...unknown]).toEqual([]);
  });
});
