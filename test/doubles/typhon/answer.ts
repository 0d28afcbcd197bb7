import { newRun } from './evaluations.ts';
import { actionInfo, buildInfo, evaluationInfo, jobInfo, runHandle, runInfo } from './infos.ts';
import type { Action, Build, Evaluation, Job, Jobset } from './records.ts';
import type { Request, Search } from './requests.ts';
import type { Typhon } from './typhon.ts';
import { TyphonError } from './typhon-error.ts';

/** `Ok` alone, or a payload under its name. */
export type Answer = 'Ok' | { readonly name: string; readonly payload: unknown };
export type User = 'admin' | 'anonymous';

/** Does what is asked. @throws {TyphonError} */
export async function answer(typhon: Typhon, user: User, request: Request): Promise<Answer> {
  if (user === 'anonymous' && !isRead(request)) {
    throw new TyphonError('bad-request', 'Access denied');
  }
  if ('Search' in request) return { name: 'Search', payload: searched(typhon, request.Search) };
  if ('Project' in request) return ofProject(typhon, ...request.Project);
  if ('Jobset' in request) return await ofJobset(typhon, ...request.Jobset);
  if ('Evaluation' in request) {
    const [uuid, verb] = request.Evaluation;
    const evaluation = findEvaluation(typhon, uuid);
    if (verb === 'Info') return { name: 'EvaluationInfo', payload: evaluationInfo(evaluation) };
    evaluation.task.cancel();
    return 'Ok';
  }
  if ('Job' in request) {
    const [{ evaluation, name }, verb] = request.Job;
    const job = findJob(typhon, evaluation, name);
    if (verb === 'Info') return { name: 'JobInfo', payload: jobInfo(job) };
    // It is made, and never run; yet it is the last one from now on.
    typhon.feed.emit({ RunNew: runHandle(newRun(job)) });
    return 'Ok';
  }
  if ('Run' in request) {
    const [{ evaluation, name, num }] = request.Run;
    const run = findJob(typhon, evaluation, name).runs[num - 1];
    if (run === undefined) throw missing('Run', `${evaluation}:${name}:${String(num)}`);
    return { name: 'RunInfo', payload: runInfo(run) };
  }
  if ('Build' in request) {
    return { name: 'BuildInfo', payload: buildInfo(findBuild(typhon, request.Build[0])) };
  }
  return { name: 'ActionInfo', payload: actionInfo(findAction(typhon, request.Action[0])) };
}

function isRead(request: Request): boolean {
  return 'Search' in request || Object.values(request).every(([, verb]) => verb === 'Info');
}

function searched(typhon: Typhon, search: Search): unknown {
  const page = <Item>(found: readonly Item[]): Item[] =>
    found.slice(search.offset, search.offset + search.limit);
  const project = search.project_name ?? null;
  if (search.type === 'jobsets') {
    const found = Object.keys(typhon.options.projects)
      .filter((name) => project === null || name === project)
      .flatMap((name) => typhon.jobsets.of(name));
    const handles = found.map((jobset) => ({ project: jobset.project, name: jobset.name }));
    return { total: found.length, results: { Jobsets: page(handles) } };
  }
  const found = typhon.evaluations.all.filter(
    (evaluation) =>
      (project === null || evaluation.project === project) &&
      (search.jobset_name ?? evaluation.jobset) === evaluation.jobset &&
      (search.status ?? evaluation.task.kind) === evaluation.task.kind,
  );
  // By whole seconds: those of the same second stand as they came.
  const sorted = found.toSorted((one, other) => other.created - one.created);
  const uuids = sorted.map((evaluation) => evaluation.uuid);
  return { total: found.length, results: { Evaluations: page(uuids) } };
}

type OfProject = Extract<Request, { Project: unknown }>['Project'][1];

function ofProject(typhon: Typhon, name: string, verb: OfProject): Answer {
  const project = typhon.project(name);
  if (verb === 'Info') {
    const payload = {
      handle: name,
      actions_path: null,
      flake: true,
      jobsets: typhon.jobsets.of(name).map((jobset) => jobset.name),
      last_refresh: null,
      metadata: { description: '', homepage: '', title: name },
      public_key: 'age1',
      url: project.flakes.jobset('main'),
      url_locked: project.flakes.jobset('main'),
    };
    return { name: 'ProjectInfo', payload };
  }
  if ('NewJobset' in verb) typhon.newJobset(name, verb.NewJobset.name, verb.NewJobset.decl);
  else typhon.deleteJobset(name, verb.DeleteJobset.name);
  return 'Ok';
}

type OfJobset = Extract<Request, { Jobset: unknown }>['Jobset'];

async function ofJobset(typhon: Typhon, handle: OfJobset[0], verb: OfJobset[1]): Promise<Answer> {
  const jobset: Jobset = typhon.jobsets.get(handle.project, handle.name);
  if (verb === 'Info') {
    return { name: 'JobsetInfo', payload: { handle, flake: jobset.flake, url: jobset.url } };
  }
  const { uuid } = await typhon.evaluate(handle.project, handle.name, verb.Evaluate);
  return { name: 'JobsetEvaluate', payload: uuid };
}

export function findEvaluation(typhon: Typhon, uuid: string): Evaluation {
  const found = typhon.evaluations.all.find((evaluation) => evaluation.uuid === uuid);
  if (found === undefined) throw missing('Evaluation', uuid);
  return found;
}

export function findBuild(typhon: Typhon, uuid: string): Build {
  const found = typhon.builds.all.find((build) => build.uuid === uuid);
  if (found === undefined) throw missing('Build', uuid);
  return found;
}

export function findAction(typhon: Typhon, uuid: string): Action {
  const found = typhon.runs.calls.find((action) => action.uuid === uuid);
  if (found === undefined) throw missing('Action', uuid);
  return found;
}

function findJob(typhon: Typhon, uuid: string, name: string): Job {
  const found = findEvaluation(typhon, uuid).jobs.find((job) => job.name === name);
  if (found === undefined) throw missing('Job', `${uuid}:${name}`);
  return found;
}

function missing(kind: string, handle: string): TyphonError {
  return new TyphonError('not-found', `${kind} ${handle} was not found`);
}
