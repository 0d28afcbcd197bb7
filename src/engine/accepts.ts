import { type AnyMachineSnapshot, getNextTransitions } from 'xstate';
import { machineOf, type Snapshot } from '../../machines/fold.ts';

/**
 * The types of event that would be taken next. Whether one is often depends on what it says, so each is tried as it would
 * most likely come: about this head, about each build that is known.
 */
export function accepts(of: {
  readonly snapshot: Snapshot;
  readonly held: string | null;
}): string[] {
  if (of.held !== null) return ['machine.accepted'];
  const { kind, value, context } = of.snapshot;
  const state = machineOf(kind).resolveState({ value, context });
  const likely = likelyEvents(of.snapshot);
  return typesIn(state).filter((type) => likely.some((said) => state.can({ ...said, type })));
}

/** What the state and those around it have transitions for, the innermost first. */
function typesIn(state: AnyMachineSnapshot): string[] {
  const types = getNextTransitions(state).map(({ eventType }) => String(eventType));
  return [...new Set(types)].filter((type) => type !== '');
}

/** Whatever a guard looks at, said of each build that is known. A real event has only some of these fields. */
function likelyEvents({ kind, context }: Snapshot): object[] {
  const { head, policy } = context;
  const pull = kind === 'pull' ? context.pull : null;
  const said = {
    at: 0,
    attempt: 0,
    commit: '',
    head,
    policy,
    pull: pull ?? { state: 'open', draft: false, trusted: true, head },
    by: '',
    cold: true,
    tip: '0'.repeat(40),
    ours: true,
    obstacle: null,
    touched: [],
    outcome: 'refused',
    error: null,
    jobs: [{ name: '', state: 'pending', drv: null, outputs: {}, built: null }],
    context: policy?.context,
  };
  const builds = kind === 'pull' ? context.overlays : [context.build];
  return [
    said,
    { ...said, commit: head },
    ...builds
      .filter((build) => build !== null)
      .map(({ attempt, commit }) => ({ ...said, attempt, commit })),
  ];
}
