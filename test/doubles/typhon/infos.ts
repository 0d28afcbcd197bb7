import type { Action, Build, Evaluation, Job, Run } from './records.ts';

export function evaluationInfo(evaluation: Evaluation): unknown {
  const { uuid, flake, jobset, project, task, created, url } = evaluation;
  const jobs = task.kind === 'success' ? evaluation.jobs : [];
  return {
    handle: uuid,
    actions_path: null,
    flake,
    jobs: Object.fromEntries(jobs.map((job) => [job.name, jobInfo(job)])),
    jobset_name: jobset,
    project,
    status: task.status,
    time_created: created,
    url,
  };
}

export function jobInfo(job: Job): unknown {
  const last = job.runs.at(-1);
  return {
    handle: { evaluation: job.evaluation.uuid, name: job.name },
    dist: job.dist ?? false,
    drv: job.drv,
    out: job.out,
    last_run: last === undefined ? null : runInfo(last),
    // Counted wrongly: it says one, whatever happened.
    run_count: 1,
  };
}

export interface RunHandle {
  readonly evaluation: string;
  readonly name: string;
  readonly num: number;
}

export function runHandle(run: Run): RunHandle {
  return { evaluation: run.job.evaluation.uuid, name: run.job.name, num: run.num };
}

export function runInfo(run: Run): unknown {
  return {
    handle: runHandle(run),
    begin: run.begin === null ? null : actionInfo(run.begin),
    build: run.build === null ? null : buildInfo(run.build),
    end: run.end === null ? null : actionInfo(run.end),
  };
}

export function buildInfo(build: Build): unknown {
  return { handle: build.uuid, drv: build.drv, status: build.task.status };
}

export function actionInfo(action: Action): unknown {
  const { uuid, input, name, path, project, task } = action;
  return { handle: uuid, input, name, path, project, status: task.status };
}
