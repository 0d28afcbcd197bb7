import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { markChart } from './chart-marks.ts';
import { useModel } from './model-context.ts';
import { Moment } from './moment.tsx';
import { StepLink } from './step-link.tsx';

/** The statechart, with the states that it is and has been in; the same as a list for who does not see it. */
export function Chart({ svg }: { readonly svg: string }): VNode {
  const model = useModel();
  const chart = useRef<HTMLDivElement>(null);
  const scene = model.scene.value;
  useLayoutEffect(() => {
    if (chart.current !== null) markChart(chart.current, scene);
  }, [scene]);
  const state = scene?.moment.state ?? '';
  return (
    <div class="chart-and-list">
      <div
        ref={chart}
        class="chart"
        role="img"
        aria-label={`The statechart. The state is ${state}; those it has been in are listed next.`}
        dangerouslySetInnerHTML={{ __html: svg }}
      />
      <h3 id="visited">States so far</h3>
      <ol class="visited" aria-labelledby="visited">
        {scene?.moment.visited.map((visit) => (
          <li key={visit.state} aria-current={visit.state === state ? 'step' : undefined}>
            {visit.version === 0 ? (
              <span class="quiet">{visit.state}, to begin with</span>
            ) : (
              <>
                <StepLink to={visit.version}>{visit.state}</StepLink>{' '}
                {visit.at !== null && <Moment at={visit.at} />}
              </>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
