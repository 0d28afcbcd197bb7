import type { Scene } from './scenes.ts';

/** The classes of a chart's elements, by id: where the machine is, where it has been, which way it just took. */
export function chartMarks(scene: Scene | null): ReadonlyMap<string, readonly string[]> {
  const marks = new Map<string, string[]>();
  if (scene === null) return marks;
  const mark = (id: string, name: string): void => {
    marks.set(id, [...(marks.get(id) ?? []), name]);
  };
  const { moment, cameFrom } = scene;
  const visited = new Set(moment.visited.flatMap(({ state }) => withOuter(state)));
  for (const state of visited) mark(`state-${state}`, 'visited');
  for (const state of withOuter(moment.state))
    mark(`state-${state}`, state === moment.state ? 'current' : 'around');
  if (cameFrom !== moment.state) mark(`way-${cameFrom}-${moment.state}`, 'taken');
  return marks;
}

const markNames = ['visited', 'current', 'around', 'taken'];

/** `merging.fetching` and `merging` */
function withOuter(state: string): string[] {
  return state.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));
}

/** The chart's text with its marks, as the server sends it. */
export function markedSvg(svg: string, scene: Scene | null): string {
  const marks = chartMarks(scene);
  return svg.replace(/ id="([^"]+)" class="([^"]+)"/g, (_, id: string, names: string) => {
    const all = [names, ...(marks.get(id) ?? [])].join(' ');
    return ` id="${id}" class="${all}"`;
  });
}

/** Marks the chart that is on the page; what is right already is not touched. */
export function markChart(chart: Element, scene: Scene | null): void {
  const marks = chartMarks(scene);
  for (const element of chart.querySelectorAll('.state, .way')) {
    const wanted = marks.get(element.id) ?? [];
    for (const name of markNames) element.classList.toggle(name, wanted.includes(name));
  }
}
