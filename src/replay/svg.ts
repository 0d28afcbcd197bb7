import { instance } from '@viz-js/viz';
import type { StreamKind } from '../../machines/stream.ts';
import { allStates, type ChartState, insideOf, labelOf, statechart } from './statechart.ts';

/**
 * The statechart as SVG, drawn by Graphviz. Every state is an element with the id `state-merging.fetching` and the class
 * `state`, so that a page can mark where a pull request is.
 */
export async function toSvg(kind: StreamKind): Promise<string> {
  const viz = await instance();
  return viz.renderString(toDot(kind), { format: 'svg' });
}

/** The same in Graphviz's own language. */
export function toDot(kind: StreamKind): string {
  const root = statechart(kind);
  const lines = [
    `digraph ${quoted(root.name)} {`,
    '  graph [fontname="Helvetica", fontsize=12, compound=true, rankdir=TB, ranksep=0.6, nodesep=0.35];',
    '  node [fontname="Helvetica", fontsize=12, shape=box, style=rounded, class="state"];',
    '  edge [fontname="Helvetica", fontsize=9, class="transition"];',
    '  initial [label="", shape=point, width=0.15, class="initial"];',
    `  initial -> ${quoted(leafOf(childNamed(root, root.initial) ?? root).path)};`,
    `  ${quoted('')} [label=${labelled('in any state', root)}, style="rounded,dashed", id="state-"];`,
    ...root.children.flatMap((state) => drawn(state, '  ')),
    ...allStates(root).flatMap((state) =>
      state.transitions.flatMap((transition) => {
        const target = allStates(root).find((other) => other.path === transition.to);
        if (target === undefined) return [];
        const attributes = [
          `label=${quoted(labelOf(transition))}`,
          ...(state.children.length > 0 && state !== root
            ? [`ltail=${quoted(clusterOf(state))}`]
            : []),
          ...(target.children.length > 0 && !isInside(state, target)
            ? [`lhead=${quoted(clusterOf(target))}`]
            : []),
        ];
        const from = state === root ? '' : leafOf(state).path;
        return [`  ${quoted(from)} -> ${quoted(leafOf(target).path)} [${attributes.join(', ')}];`];
      }),
    ),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function drawn(state: ChartState, indent: string): string[] {
  if (state.children.length === 0)
    return [
      `${indent}${quoted(state.path)} [label=${labelled(state.name, state)}, id=${quoted(`state-${state.path}`)}];`,
    ];
  return [
    `${indent}subgraph ${quoted(clusterOf(state))} {`,
    `${indent}  label=${labelled(state.name, state)}; style=rounded; class="state"; id=${quoted(`state-${state.path}`)};`,
    ...state.children.flatMap((child) => drawn(child, `${indent}  `)),
    `${indent}}`,
  ];
}

/** An edge cannot end at a cluster: it ends at what the cluster begins with, and is cut at the border. */
function leafOf(state: ChartState): ChartState {
  const initial = childNamed(state, state.initial);
  return initial === undefined ? state : leafOf(initial);
}

function childNamed(state: ChartState, name: string | null): ChartState | undefined {
  return state.children.find((child) => child.name === name);
}

function isInside(state: ChartState, outer: ChartState): boolean {
  return state === outer || state.path.startsWith(`${outer.path}.`);
}

function clusterOf(state: ChartState): string {
  return `cluster_${state.path}`;
}

function labelled(name: string, state: ChartState): string {
  const inside = insideOf(state).map((line) => `${line}\\l`);
  return inside.length === 0 ? quoted(name) : quoted(`${name}\n${inside.join('')}`);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
