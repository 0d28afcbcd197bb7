import type { BuildError, BuildKey, JobResult } from '../../../machines/build.ts';
import type {
  BuildName,
  BuildReport,
  BuildRequest,
  Ci,
  CiMessage,
  Jobset,
} from '../../../src/ports/ci.ts';
import type { BuildOf } from '../facts.ts';
import type { Universe } from '../universe.ts';
import { derivationOf, entriesIn, evaluate, jobsOf } from './jobs.ts';
import { StoreModel } from './store-model.ts';

interface Build extends BuildOf {
  readonly cachePaths: readonly string[];
  phase: BuildReport['phase'];
  jobs: JobResult[];
  error: BuildError | null;
  /** It has stopped without a word. */
  isSilent: boolean;
}

/** A CI: builds commits of the model repository in a model store. It outlives the service. */
export class CiModel {
  readonly store: StoreModel;
  readonly builds = new Map<string, Build>();
  /** Also those that it has forgotten. */
  readonly #all: Build[] = [];
  /** Refs whose branches it has been told of, and not to forget since. */
  readonly jobsets = new Set<string>();
  readonly #universe: Universe;

  constructor(universe: Universe) {
    this.#universe = universe;
    this.store = new StoreModel((fact) => universe.note(fact));
  }

  get #seesPushes(): boolean {
    return this.#universe.plan.settings.manner === 'pushes';
  }

  /** What of the port the service meets, each verb as it would be if nothing went wrong on the way. */
  verbs(): {
    start(build: BuildRequest): void;
    cancel(build: BuildName): void;
    report(build: BuildName): BuildReport | null;
    deleteJobset(jobset: Jobset): void;
    missing(paths: readonly string[]): readonly string[];
    retain: (...of: Parameters<Ci['retain']>) => void;
  } {
    const { store } = this;
    const isGeneric = this.#seesPushes;
    return {
      start: (request) => {
        if (isGeneric) return;
        this.jobsets.add(request.ref);
        if (this.builds.has(keyOf(request))) return;
        this.#begin({
          stream: request.stream,
          commit: request.commit,
          attempt: request.attempt,
          ref: request.ref,
          cachePaths: request.cachePaths,
        });
      },
      cancel: (name) => {
        const build = this.builds.get(keyOf(name));
        if (build === undefined || build.phase === 'finished') return;
        if (build.phase === 'queued') this.builds.delete(keyOf(build));
        this.#end(build, { kind: 'cancelled', message: 'as asked', paths: [] });
      },
      report: (name) => {
        const { stream, commit, attempt } = name;
        if (isGeneric) return { stream, commit, attempt, phase: 'queued', jobs: [], error: null };
        const build = this.builds.get(keyOf(name));
        return build === undefined ? null : { ...reportOf(build), stream };
      },
      deleteJobset: ({ ref }) => {
        this.jobsets.delete(ref);
      },
      missing: (paths) => {
        if (isGeneric) return [];
        this.#universe.note({ kind: 'seen-there', paths: paths.filter((path) => store.has(path)) });
        return paths.filter((path) => !store.has(path));
      },
      retain: (stream, { paths, builds }) => {
        const kept = new Set(paths);
        for (const key of builds) this.#keepOutputs(kept, stream, key);
        for (const build of this.builds.values())
          if (build.stream === stream && build.phase !== 'finished')
            this.#keepOutputs(kept, stream, build);
        if (kept.size === 0) store.roots.delete(stream);
        else store.roots.set(stream, kept);
      },
    };
  }

  /** A branch was pushed: a CI that builds what is pushed begins. */
  pushed(branch: string, commit: string): void {
    const of = { stream: null, commit, attempt: 0, ref: `refs/heads/${branch}` };
    if (!this.#seesPushes || this.builds.has(keyOf(of))) return;
    this.#begin({ ...of, cachePaths: [] });
  }

  /** Whether a job has ended so in a build of a commit that `counts`. */
  hasResult(name: string, state: JobResult['state'], counts: (commit: string) => boolean): boolean {
    for (const build of this.#all)
      if (
        build.jobs.some((job) => job.name === name && job.state === state) &&
        counts(build.commit)
      )
        return true;
    return false;
  }

  #keepOutputs(kept: Set<string>, stream: string, key: BuildKey): void {
    for (const job of this.builds.get(keyOf({ stream, ...key }))?.jobs ?? [])
      if (job.state === 'success') for (const path of Object.values(job.outputs)) kept.add(path);
  }

  #begin(of: Pick<Build, 'stream' | 'commit' | 'attempt' | 'ref' | 'cachePaths'>): void {
    const { chance, clock, troubles } = this.#universe;
    const build: Build = {
      ...of,
      phase: 'queued',
      jobs: [],
      error: null,
      isSilent: troubles.strikes('builds', 'silent', of.commit),
    };
    this.builds.set(keyOf(build), build);
    this.#all.push(build);
    if (build.isSilent && chance.happens('ci never starts', 0.5)) return;
    clock.after(chance.between('ci queue', 500, 20_000), () => this.#evaluate(build));
  }

  #evaluate(build: Build): void {
    if (build.phase === 'finished' || this.builds.get(keyOf(build)) !== build) return;
    const { chance, clock, troubles, git } = this.#universe;
    if (troubles.strikes('builds', 'forgotten', build.commit)) {
      this.builds.delete(keyOf(build));
      return;
    }
    build.phase = 'started';
    this.#tell(build);
    if (build.isSilent) return;
    clock.after(chance.between('ci evaluates', 500, 8000), () => {
      if (build.phase === 'finished') return;
      if (troubles.strikes('builds', 'broken', build.commit)) {
        this.#end(build, { kind: 'infrastructure', message: 'no space left', paths: [] });
        return;
      }
      const { tree } = git.get(build.commit);
      const jobs = jobsOf(tree);
      if (jobs === null) {
        this.#end(build, { kind: 'evaluation', message: 'syntax error', paths: [] });
        return;
      }
      const entries = entriesIn(tree);
      const exists = (path: string): boolean => this.store.has(path);
      const found = jobs.map((job) => ({ job, ...evaluate(job, entries.get(job.name), exists) }));
      const missing = found.flatMap((one) => ('missing' in one ? [one.missing] : []));
      if (missing.length > 0) {
        const isOurs = missing.some((path) => build.cachePaths.includes(path));
        const kind = isOurs ? 'missing-path' : 'evaluation';
        this.#end(build, { kind, message: `${missing[0]} does not exist`, paths: missing });
        return;
      }
      for (const one of found) if ('drv' in one) this.#build(build, one.job, one);
      if (found.length === 0) this.#end(build, null);
      else if (!this.#isEnding(build)) this.#tell(build);
    });
  }

  #build(
    build: Build,
    job: NonNullable<ReturnType<typeof jobsOf>>[number],
    derivation: ReturnType<typeof derivationOf>,
  ): void {
    const { chance, clock, troubles } = this.#universe;
    const { drv, out, intermediates, cache } = derivation;
    const isThere = this.store.has(out) && this.store.has(intermediates);
    this.#universe.note({ kind: 'evaluated', build, job, derivation, isBuilt: !isThere });
    const outputs = { out, intermediates };
    const base = { name: job.name, drv, url: null };
    if (isThere) {
      this.#keep(build, outputs);
      build.jobs.push({
        ...base,
        state: 'success',
        outputs,
        built: false,
        milliseconds: 0,
        error: null,
      });
      this.#isEnding(build);
      return;
    }
    const index = build.jobs.length;
    build.jobs.push({
      ...base,
      state: 'pending',
      outputs: {},
      built: null,
      milliseconds: null,
      error: null,
    });
    const takes =
      cache === null
        ? chance.between('cold build', 60_000, 400_000)
        : chance.between('incremental build', 4000, 60_000);
    const fails = job.fails === 'always' || (job.fails === 'incrementally' && cache !== null);
    clock.after(takes, () => {
      if (build.phase === 'finished') return;
      if (troubles.strikes('builds', 'cancelled', build.commit)) {
        this.#end(build, { kind: 'cancelled', message: 'by its operator', paths: [] });
        return;
      }
      if (!fails) {
        for (const path of Object.values(outputs)) this.store.paths.add(path);
        this.#keep(build, outputs);
      }
      build.jobs[index] = {
        ...base,
        state: fails ? 'failure' : 'success',
        // Some CIs tell where a job that failed would have left something.
        outputs: fails && chance.happens('tells no outputs', 0.5) ? {} : outputs,
        built: true,
        milliseconds: takes,
        error: fails ? 'error: it broke' : null,
      };
      if (!this.#isEnding(build)) this.#tell(build);
    });
  }

  /** What a build leaves is kept until somebody says what to keep. */
  #keep(build: Build, outputs: Readonly<Record<string, string>>): void {
    for (const path of Object.values(outputs)) this.store.keep(build.stream ?? 'ci', path);
  }

  #isEnding(build: Build): boolean {
    const known = jobsOf(this.#universe.git.get(build.commit).tree) ?? [];
    const isEnd =
      build.jobs.length === known.length && build.jobs.every((job) => job.state !== 'pending');
    if (isEnd) this.#end(build, null);
    return isEnd;
  }

  #end(build: Build, error: BuildError | null): void {
    if (build.phase === 'finished') return;
    build.phase = 'finished';
    build.error = error;
    if (error !== null)
      build.jobs = build.jobs.map((job) =>
        job.state === 'pending' ? { ...job, state: 'cancelled' } : job,
      );
    this.#universe.note({ kind: 'ended', build, jobs: build.jobs, error });
    this.#tell(build);
  }

  /** Says where a build stands: in order and once to a listener; by message however it comes. */
  #tell(build: Build): void {
    const { chance, clock, troubles, plan } = this.#universe;
    const { stream } = build;
    const isListener = plan.settings.manner === 'listener';
    const report = stream === null ? null : { ...reportOf(build), stream };
    const place = `report ${build.commit}`;
    if (troubles.strikes('builds', 'lost', place)) return;
    const say = (): void => {
      if (isListener && report !== null) this.#universe.process?.hear(report);
      else this.#universe.process?.take(messageOf(build, report ?? reportOf(build)));
    };
    if (isListener) {
      say();
      if (troubles.strikes('builds', 'doubled', place)) say();
      return;
    }
    const times = troubles.strikes('builds', 'doubled', place) ? 2 : 1;
    for (let time = 0; time < times; time += 1)
      clock.after(
        troubles.strikes('builds', 'late', place)
          ? chance.between('late message', 1000, 400_000)
          : chance.between('message', 10, 500),
        say,
      );
  }
}

function keyOf({ stream, commit, attempt }: Omit<BuildOf, 'ref'>): string {
  return `${stream ?? ''} ${commit}.${attempt}`;
}

function reportOf(build: Build): Omit<BuildReport, 'stream'> {
  const { commit, attempt, phase, jobs, error } = build;
  return { commit, attempt, phase, jobs: [...jobs], error };
}

function messageOf(_: Build, said: Omit<BuildReport, 'stream'>): CiMessage {
  return {
    project: null,
    repository: 'o/r',
    commit: said.commit,
    jobs: said.jobs,
    complete: said.phase === 'finished',
    error: said.error,
  };
}
