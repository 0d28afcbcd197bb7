import type { BuildError, JobResult } from '../../machines/build.ts';
import type { EventData } from '../../machines/fold.ts';
import { current } from '../../machines/pull-request/context.ts';
import type { PullState } from '../../machines/pull-request/events.ts';
import { aPolicy, aPull } from '../doubles/ingredients.ts';
import { Life, type LivedEvent, sha, storePath } from '../replay/lives.ts';

/** How a pull request's life stands in the end. */
export type Standing =
  | 'green'
  | 'red'
  | 'building'
  | 'starting'
  | 'pushing'
  | 'unapproved'
  | 'draft'
  | 'blocked'
  | 'not-evaluated'
  | 'cancelled'
  | 'ci-failed'
  | 'overdue'
  | 'healed'
  | 'reporting'
  | 'merged'
  | 'closed';

/** A job: its name, and how long its cold build takes, in seconds. */
export type SeededJob = readonly [name: string, cold: number];

export interface SeededPull {
  readonly repository: { readonly id: string; readonly name: string };
  readonly jobs: readonly SeededJob[];
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly standing: Standing;
  /** How often it was pushed to, before what it stands at came of the last push. */
  readonly pushes: number;
}

const minute = 60_000;

/** The same number in [0, 1) for the same words. */
export function chance(...words: readonly (string | number)[]): number {
  return Number.parseInt(sha(...words).slice(0, 8), 16) / 2 ** 32;
}

/** What happened to a pull request, from its opening on. */
export function seededLife(of: SeededPull): LivedEvent[] {
  const { standing, pushes, number } = of;
  const life = new Life('pull', {
    fetched: standing === 'blocked' ? { obstacle: { path: 'cache.nix', kind: 'folder' } } : {},
  });
  if (standing === 'unapproved' || standing === 'draft' || standing === 'blocked') {
    observe(life, of, 1, {
      trusted: standing !== 'unapproved',
      authorMayWrite: standing !== 'unapproved',
      draft: standing === 'draft',
    });
    return life.events;
  }
  for (let push = 1; push < pushes; push += 1) {
    observe(life, of, push);
    const isRed = chance(number, push, 'red') < 0.15;
    build(life, of, push, isRed ? 'red' : 'green');
    life.pass((20 + chance(number, push, 'thinks') * 900) * minute);
  }
  if (standing === 'pushing') life.unanswered.add('overlay.push');
  if (standing === 'reporting') life.unanswered.add('status.publish');
  observe(life, of, pushes);
  if (standing !== 'pushing') build(life, of, pushes, standing);
  if (standing === 'merged' || standing === 'closed') {
    life.pass((10 + chance(number, 'review') * 200) * minute);
    observe(life, of, pushes, { state: standing });
  }
  return life.events;
}

/** A branch that is built as itself, one commit a day. */
export function seededBranch(
  repository: SeededPull['repository'],
  name: string,
  jobs: readonly SeededJob[],
  commits: number,
): LivedEvent[] {
  const life = new Life('branch');
  for (let round = 1; round <= commits; round += 1) {
    const head = sha(repository.id, name, round);
    life.tell({ type: 'branch.observed', repository, name, head, policy: aPolicy() });
    life.pass(4000);
    life.begins();
    const ended = jobs.map((job) => endedJob(job, [repository.id, name, round], 1));
    life.pass(longest(ended));
    life.ends(...ended);
    life.pass(24 * 60 * minute - longest(ended));
  }
  return life.events;
}

/** What a forge says of a pull request after so many pushes. */
export function observation(
  { repository, number, title, author }: Omit<SeededPull, 'jobs' | 'standing' | 'pushes'>,
  push: number,
  changes: Partial<PullState> = {},
): EventData {
  return {
    type: 'pull.observed',
    repository,
    pull: aPull({
      number,
      title,
      author,
      head: sha(repository.id, number, push),
      headRef: `${author}/change-${number}`,
      ...changes,
    }),
    policy: aPolicy({ cacheBranch: `orthrus/pr-${number}`, drafts: 'skip' }),
  };
}

function observe(life: Life, of: SeededPull, push: number, changes: Partial<PullState> = {}): void {
  life.tell(observation(of, push, changes));
}

/** What the CI makes of a push; it is not at its end when it is to stand at less. */
function build(life: Life, of: SeededPull, push: number, standing: Standing): void {
  if (standing === 'starting') return;
  life.pass(2000 + chance(of.number, push, 'queue') * 20_000);
  life.begins();
  if (standing === 'overdue') {
    life.pass(6 * 60 * minute);
    life.tell({ type: 'timer.finish', name: 'finish' });
    return;
  }
  const jobs = jobsOf(life, of, push);
  const [first, ...others] = jobs;
  if (first === undefined) return;
  life.pass(Math.min(...jobs.map(({ milliseconds }) => milliseconds ?? 0)));
  if (standing === 'building') {
    const rest = others.map((job) => ({ ...job, ...unended }));
    life.tell({ type: 'build.progressed', ...life.build, jobs: [first, ...rest] });
    return;
  }
  life.pass(longest(jobs));
  const error = errors[standing];
  if (error !== undefined) {
    life.tell({ type: 'build.finished', ...life.build, jobs: [], error });
    return;
  }
  if (standing !== 'red' && standing !== 'healed') {
    life.ends(...jobs);
    return;
  }
  life.ends({ ...first, state: 'failure', built: true, error: compilerSays }, ...others);
  // A job that failed from its cache is tried once more without it.
  if (purposeNow(life) !== 'retry') return;
  life.pass(3000);
  life.begins();
  const cold = of.jobs.map((job) => endedJob(job, [of.repository.id, of.number, push], 1));
  const [again, ...same] = cold;
  life.pass(longest(cold));
  if (again === undefined) return;
  const end = standing === 'red' ? ({ state: 'failure', error: compilerSays } as const) : {};
  life.ends({ ...again, ...end }, ...same);
}

function purposeNow(life: Life): string | null {
  const { snapshot } = life;
  return snapshot.kind === 'pull' && snapshot.value === 'building'
    ? (current(snapshot.context)?.purpose.kind ?? null)
    : null;
}

const unended = { state: 'pending', built: null, milliseconds: null } as const;

const errors: Partial<Record<Standing, BuildError>> = {
  'not-evaluated': {
    kind: 'evaluation',
    message: "error: attribute 'zlib-ng' missing at flake.nix:41:13",
    paths: [],
  },
  cancelled: { kind: 'cancelled', message: 'by an administrator', paths: [] },
  'ci-failed': { kind: 'infrastructure', message: 'no space left on device', paths: [] },
};

const compilerSays = `src/lexer.cc:118:24: error: no member named 'peek' in 'TokenStream'
  118 |   const auto next = tokens.peek();
      |                     ~~~~~~ ^
1 error generated.
make: *** [Makefile:31: build/lexer.o] Error 1`;

/** The jobs of a push: of those that were built before some have not changed, the others go from their cache. */
function jobsOf(life: Life, { repository, number, jobs }: SeededPull, push: number): JobResult[] {
  const { snapshot } = life;
  const used = snapshot.kind === 'pull' ? (current(snapshot.context)?.carried ?? {}) : {};
  return jobs.map((job, index): JobResult => {
    const [name] = job;
    const held = Object.hasOwn(used, name) ? used[name] : undefined;
    if (held === undefined) return endedJob(job, [repository.id, number, push], 1);
    const isUntouched = index > 0 && chance(number, push, name) < 0.45 && held.entry.drv !== null;
    if (isUntouched)
      return {
        ...endedJob(job, [repository.id, number, push], 0),
        drv: held.entry.drv,
        built: false,
        milliseconds: 0,
      };
    return endedJob(job, [repository.id, number, push], 0.08 + chance(number, push, name) * 0.25);
  });
}

/** A job that succeeded in a share of the time that it takes cold. */
function endedJob(
  [name, cold]: SeededJob,
  at: readonly (string | number)[],
  share: number,
): JobResult {
  const where = at.join('/');
  const varied = cold * (0.85 + chance(...at, name) * 0.3);
  return {
    name,
    state: 'success',
    drv: `${storePath(where, name, 'job')}.drv`,
    outputs: {
      out: storePath(where, name, 'out'),
      intermediates: storePath(where, name, 'intermediates'),
    },
    built: true,
    milliseconds: Math.round(varied * share * 1000),
    url: null,
    error: null,
  };
}

function longest(jobs: readonly JobResult[]): number {
  return Math.max(0, ...jobs.map(({ milliseconds }) => milliseconds ?? 0));
}
