import type { StreamKind } from '../../machines/stream.ts';
import {
  allStates,
  type ChartState,
  type ChartTransition,
  insideOf,
  labelOf,
  statechart,
} from './statechart.ts';

/** What holds in every state stands beside them, as one of its own. */
const anywhere = 'anywhere';

/** The statechart as Mermaid's stateDiagram-v2, which forges draw by themselves. */
export function toMermaid(kind: StreamKind): string {
  const root = statechart(kind);
  const lines = [
    'stateDiagram-v2',
    `    state "in any state" as ${anywhere}`,
    ...body(root, 1),
    ...allStates(root).flatMap((state) => arrowsOf(state, root)),
    ...allStates(root).flatMap(noteOf),
  ];
  return `${lines.join('\n')}\n`;
}

function idOf(path: string): string {
  return path === '' ? anywhere : path.replaceAll('.', '_');
}

function body(state: ChartState, depth: number): string[] {
  const indent = '    '.repeat(depth);
  const initial = state.children.find((child) => child.name === state.initial);
  return [
    ...(initial === undefined ? [] : [`${indent}[*] --> ${idOf(initial.path)}`]),
    ...state.children.flatMap((child) =>
      child.children.length === 0
        ? [`${indent}state "${child.name}" as ${idOf(child.path)}`]
        : [
            `${indent}state "${child.name}" as ${idOf(child.path)} {`,
            ...body(child, depth + 1),
            `${indent}}`,
          ],
    ),
  ];
}

/**
 * Mermaid cannot draw an arrow between a state and one around it. Back to the state around is to where that begins; a
 * state of states that begins anew says so in its note.
 */
function arrowsOf(state: ChartState, root: ChartState): string[] {
  return state.transitions.flatMap((transition) => {
    const target = allStates(root).find((other) => other.path === transition.to);
    if (target === undefined || isAnew(transition, state)) return [];
    const end = state.path.startsWith(`${target.path}.`) ? beginningOf(target) : target;
    return [`    ${idOf(state.path)} --> ${idOf(end.path)} : ${labelOf(transition)}`.trimEnd()];
  });
}

function isAnew(transition: ChartTransition, state: ChartState): boolean {
  return transition.to === state.path && state.children.length > 0;
}

function beginningOf(state: ChartState): ChartState {
  const initial = state.children.find((child) => child.name === state.initial);
  return initial === undefined ? state : beginningOf(initial);
}

function noteOf(state: ChartState): string[] {
  const inside = [
    ...insideOf(state),
    ...state.transitions
      .filter((transition) => isAnew(transition, state))
      .map((transition) => `${labelOf(transition)} (begins anew)`),
  ];
  if (inside.length === 0) return [];
  return [
    `    note right of ${idOf(state.path)}`,
    ...inside.map((line) => `        ${line}`),
    '    end note',
  ];
}
