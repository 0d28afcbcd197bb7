import { useComputed } from '@preact/signals';
import type { VNode } from 'preact';
import { laneHeight, lanes, markPaths } from './marks.ts';
import { useModel } from './model-context.ts';

/** What happened when, a line for each who had a part in it. Who does not see it has the ways to the failures. */
export function MarksBelow(): VNode {
  const model = useModel();
  const paths = useComputed(() => markPaths(model.marks.value));
  const { from, letters } = model.marks.value;
  const width = Math.max(1, letters.length - 1);
  return (
    <div class="marks" aria-hidden="true">
      <ul class="lanes">
        {lanes.map((lane) => (
          <li key={lane}>{lane}</li>
        ))}
      </ul>
      <svg viewBox={`0 0 ${width} ${lanes.length * laneHeight}`} preserveAspectRatio="none">
        {paths.value.map(({ lane, tone, d }) => (
          <path key={`${lane} ${tone}`} class={`tick ${tone}`} d={d} />
        ))}
        <Cursor from={from} />
      </svg>
    </div>
  );
}

function Cursor({ from }: { readonly from: number }): VNode {
  const x = useModel().at.value - from;
  return <path class="cursor" d={`M${x} 0v${lanes.length * laneHeight}`} />;
}
