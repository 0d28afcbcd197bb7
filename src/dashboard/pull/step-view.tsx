import type { VNode } from 'preact';
import { Mark } from '../shared/mark.tsx';
import { BranchThen } from './branch-then.tsx';
import { ChangesTable } from './changes-table.tsx';
import { ContextTree } from './context-tree.tsx';
import { EffectsTable } from './effects-table.tsx';
import { useModel } from './model-context.ts';
import { Moment } from './moment.tsx';
import type { TimelineStep } from './timeline-data.ts';

/** One event: what it said, where it led, what it changed, what was done about it, and how all stood then. */
export function StepView(): VNode {
  const model = useModel();
  const scene = model.scene.value;
  if (scene === null) return <p>There is no such event.</p>;
  const { step, cameFrom, moment } = scene;
  return (
    <div class="step-view" aria-busy={scene.version !== model.at.value}>
      <h3>
        {step.type} {step.failed && <span class="mark bad">failed</span>}
        {step.held ? (
          <span class="mark idle">held</span>
        ) : (
          !step.handled && <span class="mark idle">not handled</span>
        )}
      </h3>
      {step.summary !== '' && <p class="said">{step.summary}</p>}
      <p class="quiet">
        {step.version}, <Moment at={step.at} />, from {step.source}
      </p>
      <p class="led">
        <Led step={step} cameFrom={cameFrom} />
      </p>
      <EffectsTable effects={step.effects} askedAt={step.at} />
      <ChangesTable changes={step.changes} />
      <BranchThen context={moment.context} />
      <ContextTree context={moment.context} />
    </div>
  );
}

function Led({
  step,
  cameFrom,
}: {
  readonly step: TimelineStep;
  readonly cameFrom: string;
}): VNode {
  return (
    <>
      {cameFrom === step.state ? (
        <>
          stays <Mark word={step.state} />
        </>
      ) : (
        <>
          <Mark word={cameFrom} /> → <Mark word={step.state} />
        </>
      )}
      {step.recorded !== step.state && (
        <>
          {' '}
          <span class="bad">recorded as {step.recorded}: this version replays it differently</span>
        </>
      )}
      {!step.handled && !step.held && (
        <span class="quiet"> no transition takes it in this state</span>
      )}
    </>
  );
}
