import { applied } from './changes.ts';
import { type Moment, type TimelinePart, type TimelineStep, withVisit } from './timeline-data.ts';

/** One version of a run: the event, and where the machine was before and after it. */
export interface Scene {
  readonly version: number;
  readonly step: TimelineStep;
  /** The state before the event. */
  readonly cameFrom: string;
  readonly moment: Moment;
}

/** Runs are fetched in parts of so many steps; a part begins at 1, 101, 201, … */
export const partSize = 100;

/** The number of the part that a version is in, from 0. */
export function partOf(version: number): number {
  return Math.floor((version - 1) / partSize);
}

export function firstOf(part: number): number {
  return part * partSize + 1;
}

/** Every step of a part with its context in full: what two neighbours have in common they share. */
export function scenesOf({ before, steps }: TimelinePart): readonly Scene[] {
  let moment = before;
  return steps.map((step) => {
    const { version, at, state } = step;
    const cameFrom = moment.state;
    moment = {
      state,
      context: applied(moment.context, step.changes),
      visited: withVisit(moment.visited, { state, version, at }),
    };
    return { version, step, cameFrom, moment };
  });
}
