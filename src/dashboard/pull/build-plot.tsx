import type { VNode } from 'preact';
import type { BuildJson } from '../../http/pull-json.ts';
import { usePlot } from '../shared/use-plot.ts';
import { type BuildBeginning, buildBeginning, tookOf } from './build-facts.ts';

/** Fewer are seen at a glance in the list. */
const fewest = 3;

const kinds: readonly BuildBeginning[] = ['cold', 'partly warm', 'warm', 'nothing built'];

/** How long each build took, cold against warm. The list below says the same in words. */
export function BuildPlot({ builds }: { readonly builds: readonly BuildJson[] }): VNode | null {
  const finished = builds.filter((build) => tookOf(build) !== null).toReversed();
  const key = finished.map(({ attempt, finishedAt }) => `${attempt}:${finishedAt}`).join();
  const place = usePlot(async () => {
    const { drawPlot } = await import('./draw-plot.ts');
    return (element) => drawPlot(element, plotted(finished));
  }, [key]);
  if (finished.length < fewest) return null;
  return (
    <div
      ref={place}
      class="took-plot"
      role="img"
      aria-label="How long each build took, cold and warm; the list of builds says the same in words."
    />
  );
}

export interface Plotted {
  readonly attempts: readonly number[];
  /** Seconds, for each kind of build; null where a build is of another kind. */
  readonly series: readonly {
    readonly kind: BuildBeginning;
    readonly seconds: readonly (number | null)[];
  }[];
}

function plotted(builds: readonly BuildJson[]): Plotted {
  return {
    attempts: builds.map(({ attempt }) => attempt),
    series: kinds.map((kind) => ({
      kind,
      seconds: builds.map((build) =>
        buildBeginning(build) === kind ? (tookOf(build) ?? 0) / 1000 : null,
      ),
    })),
  };
}
