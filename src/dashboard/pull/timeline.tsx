import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { areKeysOn } from '../shared/keys-on.ts';
import { failureFrom, lastOf } from './marks.ts';
import { MarksBelow } from './marks-below.tsx';
import { useModel } from './model-context.ts';
import { StepLink, timelineId } from './step-link.tsx';
import { useScripts } from './use-scripts.ts';

/** The slider through time, what happened when below it, and the ways to the next step and the next failure. */
export function Timeline(): VNode {
  useFailureKeys();
  return (
    <div class="timeline">
      <Steps />
      <Track />
      <MarksBelow />
    </div>
  );
}

function Track(): VNode {
  const model = useModel();
  return (
    <form method="get" action={`#${timelineId}`} class="track">
      <label class="hidden" for="at">
        Version
      </label>
      <input
        id="at"
        name="at"
        type="range"
        autocomplete="off"
        min={model.marks.value.from}
        max={lastOf(model.marks.value)}
        step={1}
        value={model.at.value}
        aria-valuetext={valueText(model.scene.value?.step ?? null)}
        onInput={(event) => void model.go(Number(event.currentTarget.value))}
      />
      <noscript>
        <button type="submit">Go</button>
      </noscript>
    </form>
  );
}

function valueText(step: { version: number; type: string; state: string } | null): string {
  return step === null ? '' : `${step.version}, ${step.type}, ${step.state}`;
}

function Steps(): VNode {
  const model = useModel();
  const scripts = useScripts();
  const at = model.at.value;
  const newest = model.newest.value;
  const marks = model.marks.value;
  return (
    <nav class="steps" aria-label="Steps">
      <Step to={at > 1 ? 1 : null} text="«" label="First step" />
      <Step to={at > 1 ? at - 1 : null} text="‹" label="Previous step" />
      <span class="at">
        <b>{at}</b> of {newest}
      </span>
      <Step to={at < newest ? at + 1 : null} text="›" label="Next step" />
      <Step to={at < newest ? newest : null} text="»" label="Newest step" />
      <Step to={failureFrom(marks, at, -1)} text="‹ failure" label="Previous failure" />
      <Step to={failureFrom(marks, at, 1)} text="failure ›" label="Next failure" />
      {scripts && (
        <span class="keys quiet">
          <kbd>[</kbd> <kbd>]</kbd> from failure to failure
        </span>
      )}
      <Live />
    </nav>
  );
}

function Step({
  to,
  text,
  label,
}: {
  readonly to: number | null;
  readonly text: string;
  readonly label: string;
}): VNode {
  if (to === null)
    return (
      <span class="step" aria-hidden="true">
        {text}
      </span>
    );
  return (
    <span class="step">
      <StepLink to={to} label={label}>
        {text}
      </StepLink>
    </span>
  );
}

function Live(): VNode {
  const model = useModel();
  const trouble =
    model.isLive.value === false
      ? 'The connection is lost; it is tried again.'
      : model.trouble.value;
  return (
    <span class="live" role="status">
      {trouble !== null ? (
        <span class="bad">{trouble}</span>
      ) : (
        model.isLive.value === true && <span class="good">live</span>
      )}
    </span>
  );
}

/** `[` and `]` lead from failure to failure, wherever on the page one is. */
function useFailureKeys(): void {
  const model = useModel();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || !areKeysOn()) return;
      const step = event.key === '[' ? -1 : event.key === ']' ? 1 : null;
      if (step === null) return;
      const to = failureFrom(model.marks.value, model.at.value, step);
      if (to !== null) void model.go(to);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [model]);
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'range';
  return target instanceof HTMLTextAreaElement;
}
