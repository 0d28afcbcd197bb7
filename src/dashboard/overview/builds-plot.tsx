import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { OverviewDay } from './overview-data.ts';
import { drawPlot } from './draw-plot.ts';

/** The plot is drawn in the browser; whoever has none, or does not see it, has the table. */
export function BuildsPlot({ days }: { readonly days: readonly OverviewDay[] }): VNode {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => (box.current === null ? undefined : drawPlot(box.current, days)), [days]);
  return <div class="plot" ref={box} aria-hidden="true" />;
}
