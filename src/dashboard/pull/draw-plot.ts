import uPlot from 'uplot';
import { duration } from '../../../machines/describe.ts';
import type { Plotted } from './build-plot.tsx';

const height = 180;

/** Draws the plot into an element, in the page's colours, and again when those or its size change. */
export function drawPlot(element: HTMLElement, of: Plotted): () => void {
  const shown = of.series.filter(({ seconds }) => seconds.some((value) => value !== null));
  const data: uPlot.AlignedData = [[...of.attempts], ...shown.map(({ seconds }) => [...seconds])];
  let plot: uPlot | null = null;
  const draw = (): void => {
    plot?.destroy();
    plot = new uPlot(optionsFor(element, shown), data, element);
  };
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const size = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
  draw();
  size.observe(element);
  scheme.addEventListener('change', draw);
  return () => {
    size.disconnect();
    scheme.removeEventListener('change', draw);
    plot?.destroy();
  };
}

function optionsFor(element: HTMLElement, series: Plotted['series']): uPlot.Options {
  const colour = (name: string): string => resolved(element, name);
  const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line'), width: 1 } };
  const bars = uPlot.paths.bars?.({ size: [0.6, 40], align: 0 });
  return {
    width: element.clientWidth,
    height,
    scales: {
      x: { time: false, range: (_, low, high) => [low - 0.5, high + 0.5] },
      y: { range: (_, __, most) => [0, most * 1.1] },
    },
    cursor: { drag: { x: false, y: false } },
    legend: { live: false },
    axes: [
      { ...axis, incrs: [1, 2, 5, 10, 20, 50], values: (_, ticks) => ticks.map((at) => `#${at}`) },
      { ...axis, size: 80, incrs: times, values: (_, ticks) => ticks.map(timeText) },
    ],
    series: [
      { label: 'build' },
      ...series.map(({ kind }) => ({
        label: kind,
        fill: colour(colours[kind]),
        stroke: colour(colours[kind]),
        width: 0,
        points: { show: false },
        ...(bars === undefined ? {} : { paths: bars }),
      })),
    ],
  };
}

/** Between two lines lie as many seconds as people count in. */
const times = [0.1, 1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200];

function timeText(seconds: number): string {
  // Labels are broken at spaces.
  return duration(seconds * 1000).replaceAll(' ', '\u00a0');
}

const colours = {
  cold: '--cold',
  'partly warm': '--partly',
  warm: '--warm',
  'nothing built': '--quiet',
} as const;

/** A colour of the sheet as a canvas takes it: `light-dark()` is for the browser to resolve. */
function resolved(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
