import type { VNode } from 'preact';
import { BuildsPlot } from './builds-plot.tsx';
import { DaysTable } from './days-table.tsx';
import { Failures } from './failures.tsx';
import { Figures } from './figures.tsx';
import { Limits } from './limits.tsx';
import type { OverviewData } from './overview-data.ts';

/** What the last thirty days came to. */
export function OverviewView({ data }: { readonly data: OverviewData }): VNode {
  const { days, isCut, builds, failures, forges } = data;
  return (
    <>
      <h1>Overview</h1>
      <p class="quiet">
        {isCut ? `The newest ${builds} builds` : `All ${builds} builds`} of the last {days.length}{' '}
        days.
      </p>
      <Figures data={data} />
      <section aria-labelledby="builds-title">
        <h2 id="builds-title">Builds a day</h2>
        <BuildsPlot days={days} />
        <details>
          <summary>The same as a table</summary>
          <DaysTable days={days} />
        </details>
      </section>
      <div class="side-by-side">
        <section aria-labelledby="failures-title">
          <h2 id="failures-title">Failures by cause</h2>
          <Failures failures={failures} builds={builds} />
        </section>
        <section aria-labelledby="limits-title">
          <h2 id="limits-title">Calls left at the forges</h2>
          <Limits forges={forges} />
        </section>
      </div>
      <section aria-labelledby="how-title" class="quiet how">
        <h2 id="how-title">How this is counted</h2>
        <p>
          Jobs are those that succeeded. The time saved is an estimate: for each job that started
          from a cache, or was not built at all, the median of the last nine cold builds of that job
          in these days, less what it took itself; a warm build that was slower counts against it.
          Days are those of UTC; a build counts on the day on which it was asked for. A failure that
          was tried once more without the cache is one failure.
        </p>
      </section>
    </>
  );
}
