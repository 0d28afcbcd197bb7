import type { PullContext } from './context.ts';
import type { PullEffect } from './effects.ts';
import type { PullEvent } from './events.ts';

/** What a named action does: what it changes in the context, and what it asks for. */
export interface Outcome {
  readonly context?: Partial<PullContext>;
  readonly effects?: readonly PullEffect[];
}

export type Step = (context: PullContext, event: PullEvent) => Outcome;

export const nothing: Outcome = {};

/** One step after another, each seeing what the ones before it changed. */
export function inTurn(...steps: readonly Step[]): Step {
  return (context, event) => {
    let now = context;
    let changed: Partial<PullContext> = {};
    const effects: PullEffect[] = [];
    for (const step of steps) {
      const outcome = step(now, event);
      if (outcome.effects !== undefined) effects.push(...outcome.effects);
      if (outcome.context === undefined) continue;
      changed = { ...changed, ...outcome.context };
      now = { ...now, ...outcome.context };
    }
    return { context: changed, effects };
  };
}
