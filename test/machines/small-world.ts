import type { Effect } from '../../machines/effect.ts';
import { aFetch } from '../doubles/ingredients.ts';
import { decide, type EventData, initialSnapshot, type Snapshot } from '../../machines/fold.ts';
import { isMoot } from '../../machines/moot.ts';
import type { PullContext } from '../../machines/pull-request/context.ts';

/** A commit of the cache branch. */
interface Commit {
  readonly head: string;
  readonly parents: readonly string[];
}

export interface SmallBuild {
  readonly commit: string;
  readonly head: string;
  readonly state: 'running' | 'cancelled' | 'success' | 'failure';
}

type Lane = 'git' | 'ci' | 'forge';
const lanes: readonly Lane[] = ['git', 'ci', 'forge'];

/** Who the heads descend from: `base ← one ← two`, and `base ← other`, a force-push of either. */
const parentOf: Readonly<Record<string, string | null>> = {
  base: null,
  one: 'base',
  two: 'one',
  other: 'base',
};

function descends(head: string, from: string): boolean {
  for (let at: string | null = head; at !== null; at = parentOf[at] ?? null)
    if (at === from) return true;
  return false;
}

/**
 * A machine with just as much of a world as its effects need: one branch, a CI, a forge. What an effect does and that
 * the machine hears of it are two steps, with anything in between. It is a value: a step gives another world, so that
 * every order of steps can be tried.
 */
export interface SmallWorld {
  readonly snapshot: Extract<Snapshot, { kind: 'pull' }>;
  /** Effects that are still to be carried out, by lane, in their order. */
  readonly waiting: Readonly<Record<Lane, readonly Effect[]>>;
  /** What git work has come to, before it is recorded. */
  readonly unheard: EventData | null;
  readonly tip: string | null;
  readonly commits: Readonly<Record<string, Commit>>;
  /** Commits that the log says were pushed. */
  readonly logged: readonly string[];
  readonly builds: Readonly<Record<number, SmallBuild>>;
  /** The newest status of each commit. */
  readonly statuses: Readonly<Record<string, string>>;
}

export class BrokenPromise extends Error {}

function promise(kept: boolean, what: string): void {
  if (!kept) throw new BrokenPromise(what);
}

export function smallWorld(): SmallWorld {
  const snapshot = initialSnapshot('pull');
  if (snapshot.kind !== 'pull') throw new Error('not a pull request');
  return {
    snapshot,
    waiting: { git: [], ci: [], forge: [] },
    unheard: null,
    tip: null,
    commits: {},
    logged: [],
    builds: {},
    statuses: {},
  };
}

export function contextOf(world: SmallWorld): PullContext {
  return world.snapshot.context;
}

/** An event is recorded, and what the machine asks for begins to wait. */
export function record(world: SmallWorld, event: EventData): SmallWorld {
  const { snapshot, effects } = decide(world.snapshot, event, 0);
  if (snapshot.kind !== 'pull') throw new Error('not a pull request');
  const waiting = { ...world.waiting };
  for (const effect of effects) {
    const lane = laneOf(effect);
    if (lane !== null) waiting[lane] = [...waiting[lane], effect];
  }
  const logged =
    event.type === 'overlay.pushed' || event.type === 'cache.recorded'
      ? [...world.logged, event.commit]
      : world.logged;
  const now = { ...world, snapshot, waiting, logged };
  if (now.unheard === null)
    promise(
      (snapshot.context.tip?.commit ?? null) === now.tip,
      `the branch is at ${now.tip}, and known to be at ${snapshot.context.tip?.commit}`,
    );
  return now;
}

function laneOf({ type }: Effect): Lane | null {
  switch (type) {
    case 'head.fetch':
    case 'overlay.push':
    case 'cache.record':
    case 'branch.delete':
      return 'git';
    case 'build.start':
    case 'build.cancel':
    case 'jobset.delete':
      return 'ci';
    case 'command.answer':
    case 'status.publish':
    case 'status.release':
      return 'forge';
    case 'cache.retain':
    case 'timer.set':
    case 'timer.drop':
      return null;
  }
}

/** Every step that the service itself can take next. */
export function ownSteps(world: SmallWorld): SmallWorld[] {
  const { unheard } = world;
  const steps = lanes
    .filter((lane) => world.waiting[lane].length > 0 && !(lane === 'git' && unheard !== null))
    .map((lane) => act(world, lane));
  if (unheard !== null) steps.push(record({ ...world, unheard: null }, unheard));
  return steps;
}

function act(world: SmallWorld, lane: Lane): SmallWorld {
  const [effect, ...rest] = world.waiting[lane];
  const left = { ...world, waiting: { ...world.waiting, [lane]: rest } };
  if (effect === undefined || isMoot(world.snapshot, effect)) return left;
  switch (effect.type) {
    case 'head.fetch': {
      const { attempt, head, previous, tip } = effect.params;
      return {
        ...left,
        unheard: aFetch({
          attempt,
          head,
          fastForward: previous === null ? null : descends(head, previous),
          tip: world.tip,
          ours: world.tip === null || world.tip === tip || isOurs(world, world.tip),
        }),
      };
    }
    case 'overlay.push': {
      const { attempt, head, parents, expected } = effect.params;
      const commit = `overlay${attempt}`;
      if (world.tip !== expected)
        return {
          ...left,
          unheard: { type: 'overlay.rejected', attempt, outcome: 'moved', detail: '' },
        };
      promise(world.snapshot.context.pull?.state === 'open', `${commit} pushed after the close`);
      const commits = { ...world.commits, [commit]: { head, parents } };
      checkHistory(world, commits, commit);
      return {
        ...left,
        commits,
        tip: commit,
        unheard: { type: 'overlay.pushed', attempt, head, commit },
      };
    }
    case 'cache.record': {
      const { attempt, head, entries, overlay, tip } = effect.params;
      const commit = `cache${attempt}`;
      promise(world.tip === tip, `the cache recorded on ${tip}, which is not the tip`);
      promise(
        Object.values(world.builds).every(
          (build) => build.commit !== world.tip || build.state !== 'running',
        ),
        'the cache recorded while the tip is being built',
      );
      return {
        ...left,
        commits: { ...world.commits, [commit]: { head, parents: [tip] } },
        tip: commit,
        unheard: { type: 'cache.recorded', attempt, overlay, commit, entries },
      };
    }
    case 'branch.delete': {
      const { branch } = effect.params;
      const ours = world.tip === null || isOurs(world, world.tip);
      promise(ours, `${world.tip} is ours, and was not deleted`);
      return {
        ...left,
        tip: null,
        unheard: { type: 'branch.deleted', branch, outcome: 'deleted' },
      };
    }
    case 'build.start': {
      const { commit, attempt } = effect.params;
      promise(world.snapshot.context.pull?.state === 'open', `${commit} built after the close`);
      const head = world.commits[commit]?.head ?? '';
      return attempt in world.builds
        ? left
        : {
            ...left,
            builds: { ...world.builds, [attempt]: { commit, head, state: 'running' } },
          };
    }
    case 'jobset.delete':
    case 'command.answer':
    case 'status.release':
      return left;
    case 'build.cancel': {
      const { attempt } = effect.params;
      const build = world.builds[attempt];
      if (build?.state !== 'running') return left;
      return { ...left, builds: { ...world.builds, [attempt]: { ...build, state: 'cancelled' } } };
    }
    case 'status.publish': {
      const { commit, state } = effect.params;
      if (state === 'success' || state === 'failure')
        promise(
          Object.values(world.builds).some(
            (build) => build.head === commit && build.state === state,
          ),
          `${state} said of ${commit}, of which no build came to that`,
        );
      const statuses = { ...world.statuses, [commit]: state };
      return record({ ...left, statuses }, { type: 'status.published', status: effect.params });
    }
    case 'cache.retain':
    case 'timer.set':
    case 'timer.drop':
      return left;
  }
}

function isOurs(world: SmallWorld, tip: string): boolean {
  for (let at: string | undefined = tip; at !== undefined; at = world.commits[at]?.parents[0])
    if (world.logged.includes(at)) return true;
  return false;
}

/** A1 and A2: nothing that was dropped is kept, and nothing that is kept is dropped. */
function checkHistory(world: SmallWorld, commits: SmallWorld['commits'], commit: string): void {
  const head = commits[commit]?.head ?? '';
  const kept = [commit];
  for (const at of kept) kept.push(...(commits[at]?.parents ?? []));
  for (const at of kept) {
    const of = commits[at]?.head ?? at;
    promise(descends(head, of), `${commit} of ${head} keeps ${of}, which was dropped`);
  }
  const before = world.tip === null ? undefined : world.commits[world.tip];
  if (before !== undefined && descends(head, before.head))
    promise(
      commits[commit]?.parents[0] === world.tip,
      `${commit} replaces ${world.tip}, on top of which it could have been`,
    );
}
