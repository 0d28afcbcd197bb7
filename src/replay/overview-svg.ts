import { instance } from '@viz-js/viz';
import type { StreamKind } from '../../machines/stream.ts';
import { allStates, type ChartState, labelOf, statechart } from './statechart.ts';

/** The way that all goes when nothing is in it: drawn straight. */
const mainWay = ['idle', 'merging.fetching', 'merging.pushing', 'building', 'caching', 'reporting'];
/** What stands above or below a state of the main way. A state that is not told of here stands where there is room. */
const beside: readonly (readonly string[])[] = [
  ['idle', 'draft', 'awaitingApproval'],
  ['building', 'blocked'],
  ['caching', 'closing'],
  ['reporting', 'closed', 'gone'],
];

/**
 * The states of a machine, and one arrow for all transitions from one to another: small enough to stand in a page. Every
 * state has the id `state-merging.fetching`, every arrow `way-building-caching`; what leads along it is its title. Where
 * a transition leaves any state, no arrow is drawn: it would be as many as there are states.
 */
export async function overviewSvg(kind: StreamKind): Promise<string> {
  const viz = await instance();
  const root = statechart(kind);
  const svg = viz.renderString(overviewDot(root), { format: 'svg' });
  return tidied(svg, root);
}

function overviewDot(root: ChartState): string {
  const known = new Set(allStates(root).map(({ path }) => path));
  const way = mainWay.filter((path) => known.has(path));
  const lines = [
    'digraph overview {',
    '  graph [rankdir=LR, newrank=true, ranksep=0.45, nodesep=0.3, compound=true, fontname="Helvetica", fontsize=12];',
    '  node [fontname="Helvetica", fontsize=12, shape=box, style=rounded, height=0.4, margin="0.14,0.06", class="state"];',
    '  edge [arrowsize=0.6, class="way"];',
    ...root.children.flatMap(drawn),
    ...beside
      .map((paths) => paths.filter((path) => known.has(path)))
      .map((paths) => `  { rank=same; ${paths.map((path) => `"${path}";`).join(' ')} }`),
    ...waysOf(root).map(({ from, to }) => {
      const isMain = way.includes(from) && way[way.indexOf(from) + 1] === to;
      const weight = isMain ? 'weight=50' : 'constraint=false';
      return `  "${from}" -> "${to}" [id="${wayId(from, to)}", ${weight}];`;
    }),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function drawn(state: ChartState): string[] {
  const id = `id="state-${state.path}"`;
  if (state.children.length === 0) return [`  "${state.path}" [label="${state.name}", ${id}];`];
  return [
    `  subgraph "cluster_${state.path}" { label="${state.name}"; style=rounded; class="state"; ${id};`,
    ...state.children.flatMap(drawn),
    '  }',
  ];
}

interface Way {
  readonly from: string;
  readonly to: string;
  readonly labels: readonly string[];
}

/** From leaf to leaf: a state with others inside stands for the one that it begins in. */
function waysOf(root: ChartState): Way[] {
  const states = allStates(root);
  const leaf = (state: ChartState): ChartState => {
    const first = state.children.find(({ name }) => name === state.initial);
    return first === undefined ? state : leaf(first);
  };
  const ways = new Map<string, Way & { readonly labels: string[] }>();
  for (const state of states.filter(({ path }) => path !== ''))
    for (const transition of state.transitions) {
      const target = states.find(({ path }) => path === transition.to);
      if (target === undefined) continue;
      const [from, to] = [leaf(state).path, leaf(target).path];
      if (from === to) continue;
      const way = ways.get(`${from}>${to}`) ?? { from, to, labels: [] };
      way.labels.push(labelOf(transition));
      ways.set(`${from}>${to}`, way);
    }
  return [...ways.values()];
}

/** The id of the arrow from one state to another, should there be one. */
function wayId(from: string, to: string): string {
  return `way-${from}-${to}`;
}

/** Only what a page needs: no prologue, no white ground, no size of its own, no ids that say nothing. */
function tidied(svg: string, root: ChartState): string {
  const titles = new Map(waysOf(root).map(({ from, to, labels }) => [wayId(from, to), labels]));
  return svg
    .slice(svg.indexOf('<svg'))
    .replaceAll('&#45;', '-')
    .replace(/<!--.*?-->\n?/gs, '')
    .replace(/<svg width="([\d.]+)pt" height="([\d.]+)pt"/, '<svg width="$1" height="$2"')
    .replace(/ xmlns:xlink="[^"]*"/, '')
    .replace(/ id="graph0"/, '')
    .replace(/<title>overview<\/title>\n<polygon[^>]*\/>\n/, '')
    .replace(/ (fill|stroke|font-family|font-size|xml:space)="[^"]*"/g, '')
    .replace(
      /(<g id="(way-[^"]+)"[^>]*>\n<title>)[^<]*/g,
      (_, before: string, id: string) => before + escaped((titles.get(id) ?? []).join('\n')),
    )
    .replace(/(<g id="state-([^"]+)"[^>]*>\n<title>)[^<]*/g, '$1$2')
    .trim();
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
