import uPlot from 'uplot';
import type { OverviewDay } from './overview-data.ts';

const height = 220;

/** The verdicts from the bottom up; each with the property of the style sheet that has its colour. */
const bands = [
  { verdict: 'success', label: 'Success', color: '--good' },
  { verdict: 'failure', label: 'Failure', color: '--bad' },
  { verdict: 'error', label: 'Error', color: '--busy' },
] as const;

/**
 * Draws builds a day as stacked bars, in the colours of the page; it follows the page's width and its colour scheme.
 * @returns a function that ends it
 */
export function drawPlot(box: HTMLElement, days: readonly OverviewDay[]): () => void {
  let plot = make(box, days);
  const redraw = (): void => {
    plot.destroy();
    plot = make(box, days);
  };
  const sized = new ResizeObserver(() => {
    if (box.clientWidth !== plot.width) plot.setSize({ width: box.clientWidth, height });
  });
  sized.observe(box);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', redraw);
  return () => {
    sized.disconnect();
    scheme.removeEventListener('change', redraw);
    plot.destroy();
  };
}

function make(box: HTMLElement, days: readonly OverviewDay[]): uPlot {
  const color = colorsOf(box);
  const bars = uPlot.paths.bars?.({ size: [0.7, 28] });
  const times = days.map(({ day }) => Date.parse(day) / 1000);
  const axis = {
    stroke: color('--quiet'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  // What is highest is drawn first, so that what is below it lies over it.
  const drawn = bands.map((band, index) => ({
    ...band,
    totals: days.map((day) =>
      day[band.verdict] === 0
        ? null
        : bands.slice(0, index + 1).reduce((sum, { verdict }) => sum + day[verdict], 0),
    ),
  }));
  return new uPlot(
    {
      width: box.clientWidth,
      height,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { range: (_, first, last) => [first - 43_200, last + 43_200] },
        y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 28, values: '{D} {MMM}' },
        { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], size: 40 },
      ],
      legend: { markers: { width: 0 } },
      series: [
        { label: 'Day', value: '{YYYY}-{MM}-{DD}' },
        ...drawn.toReversed().map(
          ({ label, color: name, verdict }): uPlot.Series => ({
            label,
            fill: color(name),
            ...(bars === undefined ? {} : { paths: bars }),
            points: { show: false },
            // Stacked for the eye; told as it is.
            value: (_, __, ___, index) =>
              index === null ? '' : String(days[index]?.[verdict] ?? ''),
          }),
        ),
      ],
    },
    [times, ...drawn.toReversed().map(({ totals }) => totals)],
    box,
  );
}

/** The colours that the style sheet's properties have here and now: a canvas knows no properties. */
function colorsOf(box: HTMLElement): (property: string) => string {
  const probe = document.createElement('span');
  box.append(probe);
  const colors = new Map(
    ['--good', '--bad', '--busy', '--quiet', '--line'].map((property) => {
      probe.style.color = `var(${property})`;
      return [property, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  return (property) => colors.get(property) ?? '';
}
