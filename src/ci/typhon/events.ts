import { z } from 'zod';

const uuid = z.string();
const run = z.object({ evaluation: uuid });

/** What happened, and to what. `evaluation`: to one, or to a run of it. `task`: to a build or an action, by its handle. */
export interface TyphonEvent {
  readonly of: 'evaluation' | 'task';
  readonly uuid: string;
}

const ofEvaluation = (value: string): TyphonEvent => ({ of: 'evaluation', uuid: value });
const ofTask = (value: string): TyphonEvent => ({ of: 'task', uuid: value });

const event = z.union([
  z.object({ EvaluationNew: uuid }).transform((it) => ofEvaluation(it.EvaluationNew)),
  z.object({ EvaluationFinished: uuid }).transform((it) => ofEvaluation(it.EvaluationFinished)),
  z.object({ RunNew: run }).transform((it) => ofEvaluation(it.RunNew.evaluation)),
  z.object({ RunUpdated: run }).transform((it) => ofEvaluation(it.RunUpdated.evaluation)),
  z.object({ BuildFinished: uuid }).transform((it) => ofTask(it.BuildFinished)),
  z.object({ ActionFinished: uuid }).transform((it) => ofTask(it.ActionFinished)),
]);

/** A line of `GET /api/events`. Null: it says nothing that we could use (`"Ping"`, a build that begins, half a line). */
export function parseEvent(line: string): TyphonEvent | null {
  try {
    return event.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
