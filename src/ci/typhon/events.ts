import { z } from 'zod';

const uuid = z.string();
const run = z.object({ evaluation: uuid });

/**
 * What happened, and to what: an evaluation, a run of one, or a build or an action, which is told by its own handle only.
 * @property uuid of the evaluation, or of the task
 */
export interface TyphonEvent {
  readonly of: 'evaluation' | 'run' | 'task';
  readonly uuid: string;
}

const about = (of: TyphonEvent['of'], name: string): TyphonEvent => ({ of, uuid: name });

const event = z.union([
  z.object({ EvaluationNew: uuid }).transform((it) => about('evaluation', it.EvaluationNew)),
  z
    .object({ EvaluationFinished: uuid })
    .transform((it) => about('evaluation', it.EvaluationFinished)),
  z.object({ RunNew: run }).transform((it) => about('run', it.RunNew.evaluation)),
  z.object({ RunUpdated: run }).transform((it) => about('run', it.RunUpdated.evaluation)),
  z.object({ BuildFinished: uuid }).transform((it) => about('task', it.BuildFinished)),
  z.object({ ActionFinished: uuid }).transform((it) => about('task', it.ActionFinished)),
]);

/** A line of `GET /api/events`. Null: it says nothing that we could use (`"Ping"`, a build that begins, half a line). */
export function parseEvent(line: string): TyphonEvent | null {
  try {
    return event.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
