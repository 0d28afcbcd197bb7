import type { ComponentChildren, VNode } from 'preact';
import { lastOf } from './marks.ts';
import { useModel } from './model-context.ts';

export const timelineId = 'timeline';

/** A way to a version: an address of its own, and no new page where scripts run. */
export function StepLink({
  to,
  label,
  scrolls = false,
  children,
}: {
  readonly to: number;
  readonly label?: string;
  /** Whether the timeline is brought into sight. */
  readonly scrolls?: boolean;
  readonly children: ComponentChildren;
}): VNode {
  const model = useModel();
  const go = (event: MouseEvent): void => {
    const { value: marks } = model.marks;
    // Outside of what the slider spans: another page of a very long run.
    if (to < marks.from || to > lastOf(marks)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void model.go(to);
    if (scrolls) document.getElementById(timelineId)?.scrollIntoView({ block: 'start' });
  };
  return (
    <a href={`?at=${to}#${timelineId}`} aria-label={label} onClick={go}>
      {children}
    </a>
  );
}
