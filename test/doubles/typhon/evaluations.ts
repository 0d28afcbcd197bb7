import type { EventFeed } from './event-feed.ts';
import { runHandle } from './infos.ts';
import type { Evaluation, Job, Jobset, Run } from './records.ts';
import { nixError } from './rust-debug.ts';
import type { Runs } from './runs.ts';
import { type Outcome, Task } from './task.ts';
import type { TaskRunner } from './task-runner.ts';
import { seconds, uuidAt } from './uuid.ts';
import { EvaluationFailed, type EvaluatedJob, type Work } from './work.ts';

interface Parts {
  readonly work: Work;
  readonly feed: EventFeed;
  readonly tasks: TaskRunner;
  readonly runs: Runs;
  /** Which of a derivation's outputs becomes `out`. */
  readonly anyOutput: (names: readonly string[]) => string;
}

/** The evaluations of all projects, oldest first. */
export class Evaluations {
  readonly all: Evaluation[] = [];
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Begins an evaluation. Its jobs' runs begin at its end, before it is said to have succeeded: until then it shows no
   * job, whatever the events have said of runs and builds.
   */
  begin(jobset: Jobset, locked: { revision: string; url: string }, repository: string): Evaluation {
    const created = seconds();
    const task = new Task();
    const evaluation: Evaluation = {
      uuid: uuidAt(created),
      project: jobset.project,
      jobset: jobset.name,
      flake: jobset.flake,
      revision: locked.revision,
      url: locked.url,
      created,
      task,
      jobs: [],
    };
    this.all.push(evaluation);
    const { work, feed, tasks } = this.#parts;
    feed.emit({ EvaluationNew: evaluation.uuid });
    let jobs: readonly EvaluatedJob[] = [];
    void tasks.run(task, {
      subject: { kind: 'evaluation', revision: locked.revision },
      event: { EvaluationFinished: evaluation.uuid },
      work: async () => {
        try {
          jobs = await work.evaluate({ repository, revision: locked.revision }, task.signal);
          const bad = jobs.find((job) => /[."]/.test(job.name));
          if (bad !== undefined) throw unreachable(bad.name);
          return true;
        } catch (error) {
          logRefusal(task, evaluation.url, error);
          return false;
        }
      },
      finish: async (outcome: Outcome) => {
        if (outcome === 'success') await this.#startAll(evaluation, jobs);
        return outcome;
      },
    });
    return evaluation;
  }

  async #startAll(evaluation: Evaluation, jobs: readonly EvaluatedJob[]): Promise<void> {
    const { anyOutput, feed, runs } = this.#parts;
    evaluation.jobs = jobs.map((job): Job => {
      const out = job.outputs[anyOutput(Object.keys(job.outputs))] ?? '';
      return { ...job, evaluation, out, runs: [] };
    });
    const begun = evaluation.jobs.map((job) => newRun(job));
    for (const run of begun) feed.emit({ RunNew: runHandle(run) });
    for (const run of begun) {
      if (evaluation.task.ending === 'abandoned') return;
      await runs.start(run);
    }
  }
}

/** A run that is in the database, and does not run. */
export function newRun(job: Job): Run {
  const run: Run = { job, num: job.runs.length + 1, begin: null, build: null, end: null };
  job.runs.push(run);
  return run;
}

function logRefusal(task: Task, url: string, error: unknown): void {
  const stderr = error instanceof EvaluationFailed ? error.stderr : `error: ${String(error)}\n`;
  for (const line of nixError(['eval', '--json', `${url}#typhonJobs`], stderr).split('\n')) {
    task.log(line);
  }
}

/** Typhon pastes the name of a job into an attribute path, where a dot separates and a quote opens. */
function unreachable(name: string): EvaluationFailed {
  const path = `typhonJobs.${name}`;
  return new EvaluationFailed(
    name.includes('"')
      ? `error: missing closing quote in selection path '${path}'\n`
      : `error: flake does not provide attribute '${path}'\n`,
  );
}
