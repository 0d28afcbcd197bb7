import type { VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { Actions } from './actions.tsx';
import { Builds } from './builds.tsx';
import { Chart } from './chart.tsx';
import { Events } from './events.tsx';
import { Failure } from './failure.tsx';
import { follow } from './follow.ts';
import { Head } from './head.tsx';
import { keepAddress } from './keep-address.ts';
import { ModelContext } from './model-context.ts';
import type { PullData } from './pull-data.ts';
import { PullModel } from './pull-model.ts';
import { timelineId } from './step-link.tsx';
import { StepView } from './step-view.tsx';
import { Timeline } from './timeline.tsx';

/** The page of a pull request, or of a branch that is built as itself. */
export function PullView({
  data,
  chart,
}: {
  readonly data: PullData;
  /** The statechart as SVG. It is no part of the data: the page has it once. */
  readonly chart: string;
}): VNode {
  const model = useMemo(() => new PullModel(data), [data]);
  useEffect(() => {
    const unfollow = follow(model);
    const unkeep = keepAddress(model);
    return () => {
      unfollow();
      unkeep();
    };
  }, [model]);
  return (
    <ModelContext.Provider value={model}>
      <div class="pull">
        <div class="top-row">
          <Head />
          <Actions />
        </div>
        <Failure />
        <h2 id={timelineId}>What happened</h2>
        <Timeline />
        <div class="then">
          <Chart svg={chart} />
          <StepView />
        </div>
        <Builds />
        <Events />
      </div>
    </ModelContext.Provider>
  );
}
