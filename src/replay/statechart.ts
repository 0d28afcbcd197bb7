import { type DirectedGraphNode, toDirectedGraph } from 'xstate/graph';
import { machineOf } from '../../machines/fold.ts';
import type { StreamKind } from '../../machines/stream.ts';

/** A state of a machine, as a diagram needs it. */
export interface ChartState {
  /** Its path, `merging.fetching`; the machine itself is the empty path. */
  readonly path: string;
  readonly name: string;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  /** The state that it begins in. */
  readonly initial: string | null;
  /** Transitions that leave it, in order of precedence. */
  readonly transitions: readonly ChartTransition[];
  readonly children: readonly ChartState[];
}

export interface ChartTransition {
  readonly from: string;
  /** Null: it stays where it is, and only its actions run. */
  readonly to: string | null;
  /** Null: taken by itself, as soon as its guard holds. */
  readonly event: string | null;
  readonly guard: string | null;
  readonly actions: readonly string[];
}

/** The machine of a kind as plain data; everything in it has a name. */
export function statechart(kind: StreamKind): ChartState {
  return stateOf(toDirectedGraph(machineOf(kind)));
}

function stateOf({ stateNode, children, edges }: DirectedGraphNode): ChartState {
  return {
    path: stateNode.path.join('.'),
    name: stateNode.path.at(-1) ?? stateNode.id,
    entry: stateNode.entry.map(nameOf),
    exit: stateNode.exit.map(nameOf),
    initial: stateNode.initial.target[0]?.key ?? null,
    // XState's graph leaves out those that are taken by themselves; they come before all others.
    transitions: [...(stateNode.always ?? []), ...edges.map((edge) => edge.transition)].map(
      (transition) => ({
        from: stateNode.path.join('.'),
        to: transition.target?.[0]?.path.join('.') ?? null,
        event: transition.eventType === '' ? null : String(transition.eventType),
        guard: transition.guard === undefined ? null : nameOf(transition.guard),
        actions: transition.actions.map(nameOf),
      }),
    ),
    children: children.map(stateOf),
  };
}

/** The name of an action or a guard; the machines have no inline functions, which would have none. */
function nameOf(what: unknown): string {
  if (typeof what === 'string') return what;
  if (typeof what === 'object' && what !== null && 'type' in what) return String(what.type);
  return typeof what === 'function' ? what.name : '?';
}

/** `tip.observed [isTipNews] / noteTip`. */
export function labelOf({ event, guard, actions }: ChartTransition): string {
  return [
    event,
    guard === null ? null : `[${guard}]`,
    actions.length === 0 ? null : `/ ${actions.join(', ')}`,
  ]
    .filter((part) => part !== null)
    .join(' ');
}

/** What happens in a state without leaving it: a line each. */
export function insideOf(state: ChartState): string[] {
  return [
    ...(state.entry.length === 0 ? [] : [`entry / ${state.entry.join(', ')}`]),
    ...(state.exit.length === 0 ? [] : [`exit / ${state.exit.join(', ')}`]),
    ...state.transitions.filter((transition) => transition.to === null).map(labelOf),
  ];
}

/** A state and all below it. */
export function allStates(state: ChartState): ChartState[] {
  return [state, ...state.children.flatMap(allStates)];
}
