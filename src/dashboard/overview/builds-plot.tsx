import type { VNode } from 'preact';
import { usePlot } from '../shared/use-plot.ts';
import type { OverviewDay } from './overview-data.ts';

/** The plot is drawn in the browser; whoever has none, or does not see it, has the table. */
export function BuildsPlot({ days }: { readonly days: readonly OverviewDay[] }): VNode {
  const place = usePlot(async () => {
    const { drawPlot } = await import('./draw-plot.ts');
    return (box) => drawPlot(box, days);
  }, [days]);
  return <div class="plot" ref={place} aria-hidden="true" />;
}
