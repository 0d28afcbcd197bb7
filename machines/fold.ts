import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  initialTransition,
  type StateValue,
} from 'xstate';
import type { BranchContext } from './branch/context.ts';
import { branchEvent, type BranchEventData } from './branch/events.ts';
import { branchMachine } from './branch.ts';
import type { Effect } from './effect.ts';
import type { PullContext } from './pull-request/context.ts';
import { pullEvent, type PullEventData } from './pull-request/events.ts';
import { pullRequestMachine } from './pull-request.ts';
import type { StreamKind } from './stream.ts';

export type EventData = PullEventData | BranchEventData;

/** Where a machine is, as plain JSON. */
export type Snapshot =
  | { readonly kind: 'pull'; readonly value: StateValue; readonly context: PullContext }
  | { readonly kind: 'branch'; readonly value: StateValue; readonly context: BranchContext };

/** What one event comes to. */
export interface Decision {
  readonly snapshot: Snapshot;
  /** False when no transition takes the event in this state; the snapshot is the same as before then. */
  readonly handled: boolean;
  /** In the order in which the machine asked for them. */
  readonly effects: readonly Effect[];
}

export function machineOf(kind: StreamKind): AnyStateMachine {
  return kind === 'pull' ? pullRequestMachine : branchMachine;
}

/** The schema of what can happen to a stream of that kind. */
export function eventSchema(kind: StreamKind): typeof pullEvent | typeof branchEvent {
  return kind === 'pull' ? pullEvent : branchEvent;
}

/** `{ merging: 'fetching' }` → `merging.fetching`. */
export function stateText(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([state, inner]) => (inner === undefined ? state : `${state}.${stateText(inner)}`))
    .join('+');
}

const initial = new Map<StreamKind, Snapshot>();

/** Where every stream of a kind begins; always the same, and nobody changes a snapshot. */
export function initialSnapshot(kind: StreamKind): Snapshot {
  const known = initial.get(kind);
  if (known !== undefined) return known;
  const [first] = initialTransition(machineOf(kind));
  const snapshot = plain(kind, first);
  initial.set(kind, snapshot);
  return snapshot;
}

// The machine of a kind determines its context's type, and its steps' types what they ask for (`Outcome`); XState's types
// lose that behind AnyStateMachine.
// oxlint-disable typescript/no-unsafe-type-assertion
function plain(kind: StreamKind, from: { value: StateValue; context: unknown }): Snapshot {
  return { kind, value: from.value, context: from.context } as Snapshot;
}

function effectOf({ type, params }: Requested): Effect {
  return { type, params } as Effect;
}
// oxlint-enable typescript/no-unsafe-type-assertion

/** Whether an event would be taken in this state (`snapshot.can`, not reference equality). */
export function isHandled(snapshot: Snapshot, event: EventData, at: number): boolean {
  return resolvedOf(lean(snapshot.kind).machine, snapshot).can({ ...event, at });
}

/**
 * Folds one event into a snapshot, as XState's pure `transition` does, which makes an actor for every event. `at` is when
 * the event was recorded, milliseconds since the epoch.
 * @throws whatever a guard or an action of the machine throws: a bug in the machine
 */
export function decide(snapshot: Snapshot, event: EventData, at: number): Decision {
  const { machine, scope } = lean(snapshot.kind);
  const before = resolvedOf(machine, snapshot);
  const dated = { ...event, at };
  if (!before.can(dated)) return { snapshot, handled: false, effects: [] };
  const effects: Effect[] = [];
  // Of a scope of its own: the other folds have theirs, and what this one asks for is nobody else's.
  const actionExecutor = (action: Requested): void => {
    effects.push(effectOf(action));
  };
  const after = machine.transition(before, dated, { ...scope, actionExecutor });
  const next = plain(snapshot.kind, after);
  resolved.set(next, after);
  return { snapshot: next, handled: true, effects };
}

/** XState's own snapshots of ours: one that was just come to is mostly the next to go on from. */
const resolved = new WeakMap<Snapshot, AnyMachineSnapshot>();

function resolvedOf(machine: AnyStateMachine, snapshot: Snapshot): AnyMachineSnapshot {
  const known = resolved.get(snapshot);
  if (known !== undefined) return known;
  const { value, context } = snapshot;
  const own = machine.resolveState({ value, context });
  resolved.set(snapshot, own);
  return own;
}

/** An effect as a machine asks for it. */
interface Requested {
  readonly type: string;
  readonly params: unknown;
}

/** What XState keeps of an `enqueueActions`: the function that it was given. */
interface Collecting {
  collect(args: { context: unknown; event: unknown; enqueue: unknown }): void;
}

function isCollecting(action: unknown): action is Collecting {
  return typeof action === 'function' && 'collect' in action && 'resolve' in action;
}

/**
 * The machine with its actions made of one piece: what one changes of the context is taken over at once, and the effects
 * that it asks for follow. XState makes a whole snapshot for each of its own, and computes its state value anew, though
 * an action changes nothing but the context; a quarter of a replay's time goes there. This stands on how XState makes its
 * own actions (`collect`, `resolve`): one that is made otherwise is left as it is, which is slower, and right.
 */
function withLeanActions(machine: AnyStateMachine): AnyStateMachine {
  // Of the action that is being made; none is made within another.
  let context: object;
  let execute: (effect: Requested) => void;
  const enqueue = Object.assign((wanted: Requested) => execute(wanted), {
    assign(change: object): void {
      context = { ...context, ...change };
    },
  });
  const actions = Object.entries(machine.implementations.actions).map(([name, action]) => {
    if (!isCollecting(action)) return [name, action];
    const resolve = (
      scope: { readonly actionExecutor: (effect: Requested) => void },
      snapshot: { context: object },
      { event }: { event: unknown },
    ): unknown[] => {
      ({ context } = snapshot);
      execute = scope.actionExecutor;
      action.collect({ context, event, enqueue });
      return [context === snapshot.context ? snapshot : { ...snapshot, context }];
    };
    return [name, Object.assign(() => {}, { resolve })];
  });
  return machine.provide({ actions: Object.fromEntries(actions) });
}

/** Whether an event is taken (`can`) and what it leads to is answered by the same transitions, which are looked for once. */
function selectingOnce(machine: AnyStateMachine): AnyStateMachine {
  const select = machine.getTransitionData.bind(machine);
  let last: { snapshot: unknown; event: unknown; transitions: ReturnType<typeof select> } | null =
    null;
  machine.getTransitionData = (snapshot, event) => {
    if (last === null || last.snapshot !== snapshot || last.event !== event)
      last = { snapshot, event, transitions: select(snapshot, event) };
    return last.transitions;
  };
  return machine;
}

function makeLean(kind: StreamKind) {
  const machine = selectingOnce(withLeanActions(machineOf(kind)));
  const actor = createActor(machine);
  const scope = {
    self: actor,
    defer: () => {},
    id: '',
    logger: () => {},
    sessionId: '',
    stopChild: () => {},
    system: actor.system,
    emit: () => {},
    actionExecutor: () => {},
  };
  return { machine, scope };
}

const made = new Map<StreamKind, ReturnType<typeof makeLean>>();

/** The lean machine of a kind, and what XState wants to know of an actor to fold with it; made once. */
function lean(kind: StreamKind): ReturnType<typeof makeLean> {
  const known = made.get(kind) ?? makeLean(kind);
  made.set(kind, known);
  return known;
}

/**
 * The same fold for many events of one kind, without the effects. It keeps XState's own snapshot between events.
 */
export function bulkFold(kind: StreamKind): {
  /** Begins at a new stream. */
  reset(): void;
  /** @returns the state after the event, as `stateText` has it */
  apply(event: EventData, at: number): string;
  snapshot(): Snapshot;
} {
  const { machine, scope } = lean(kind);
  const first = machine.getInitialSnapshot(scope);
  let now = first;
  let value: StateValue = first.value;
  let text = stateText(value);
  return {
    reset() {
      now = first;
    },
    apply(event, at) {
      now = machine.transition(now, { ...event, at }, scope);
      if (now.value !== value) {
        value = now.value;
        text = stateText(value);
      }
      return text;
    },
    snapshot: () => plain(kind, now),
  };
}
