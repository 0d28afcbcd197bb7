import type { LogDatabase } from '../log/database.ts';
import type { PullRow } from '../log/schema.ts';
import { travel, type TravelStep } from '../replay/time-travel.ts';

/** A step as the API tells it: the event's type and data apart, as everywhere. */
export type StepJson = Omit<TravelStep, 'event' | 'snapshot'> & {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** The last `limit` steps of a stream up to the version `to`. */
export async function replaySteps(
  db: LogDatabase,
  row: PullRow,
  to: number,
  limit: number,
): Promise<StepJson[]> {
  const steps: TravelStep[] = [];
  for await (const step of travel(db, row)) {
    if (step.version > to) break;
    steps.push(step);
    if (steps.length > limit) steps.shift();
  }
  return steps.map(({ event: { type, ...data }, snapshot: _, ...step }) => ({
    ...step,
    type,
    data,
  }));
}
