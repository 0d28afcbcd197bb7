import { createHash } from 'node:crypto';
import type { JobResult } from '../../machines/build.ts';
import type { Effect } from '../../machines/effect.ts';
import {
  decide,
  type EventData,
  initialSnapshot,
  type Snapshot,
  stateText,
} from '../../machines/fold.ts';
import type { HeadFetched } from '../../machines/pull-request/events.ts';
import { aFetch, aPolicy, aPull } from '../doubles/ingredients.ts';
import type { StreamKind } from '../../machines/stream.ts';

/** One event of a life, as the log keeps it. */
export interface LivedEvent {
  readonly event: EventData;
  readonly state: string;
  readonly handled: boolean;
  /** The id of the effect that it answers, `<version>.<index>`; null for what came from outside. */
  readonly answers: string | null;
  /** Milliseconds since the life began. */
  readonly at: number;
}

const policy = aPolicy({ coldRetry: false });
const repository = { id: 'r1', name: 'owner/repo' };

export function sha(...words: readonly (string | number)[]): string {
  return createHash('sha256').update(words.join('\0')).digest('hex').slice(0, 40);
}

export function storePath(...words: readonly string[]): string {
  return `/nix/store/${sha(...words)
    .slice(0, 32)
    .replaceAll('e', 'z')}-${words.at(-1) ?? ''}`;
}

function job(name: string, at: string, state: 'success' | 'failure' = 'success'): JobResult {
  return {
    name,
    state,
    drv: `${storePath(at, name)}.drv`,
    outputs: { out: storePath(at, `${name}-out`), intermediates: storePath(at, `${name}-kept`) },
    built: true,
    milliseconds: 41_000,
    url: null,
    error: state === 'failure' ? 'error: it does not compile' : null,
  };
}

export interface LifeOptions {
  /** The effects that are not answered, from when on is up to whoever changes it. */
  readonly unanswered?: Set<Effect['type']>;
  /** What is found when a head is fetched, besides what always is. */
  readonly fetched?: Partial<HeadFetched>;
}

/** Answers a stream's effects as a forge, a git server and a CI would, at once. */
export class Life {
  readonly events: LivedEvent[] = [];
  readonly unanswered: Set<Effect['type']>;
  readonly #fetched: Partial<HeadFetched>;
  #snapshot;
  #at = 0;
  /** The newest build that was asked for. */
  build = { commit: '', attempt: 0 };

  constructor(kind: StreamKind, { unanswered = new Set(), fetched = {} }: LifeOptions = {}) {
    this.#snapshot = initialSnapshot(kind);
    this.unanswered = unanswered;
    this.#fetched = fetched;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Nothing happens for so many milliseconds. */
  pass(milliseconds: number): void {
    this.#at += milliseconds;
  }

  tell(event: EventData, answers: string | null = null): void {
    this.#at += 1234;
    const decision = decide(this.#snapshot, event, this.#at);
    this.#snapshot = decision.snapshot;
    const state = stateText(decision.snapshot.value);
    this.events.push({ event, state, handled: decision.handled, answers, at: this.#at });
    const version = this.events.length;
    for (const [index, effect] of decision.effects.entries()) {
      const answer = this.#answer(effect);
      if (answer !== null) this.tell(answer, `${version}.${index}`);
    }
  }

  begins(): void {
    this.tell({ type: 'build.started', ...this.build });
  }

  ends(...jobs: JobResult[]): void {
    const [first] = jobs;
    if (first !== undefined && jobs.length > 1)
      this.tell({ type: 'build.progressed', ...this.build, jobs: [first] });
    this.tell({ type: 'build.finished', ...this.build, jobs, error: null });
  }

  #answer(effect: Effect): EventData | null {
    if (this.unanswered.has(effect.type)) return null;
    switch (effect.type) {
      case 'head.fetch':
        return aFetch({
          attempt: effect.params.attempt,
          head: effect.params.head,
          fastForward: effect.params.previous === null ? null : effect.params.attempt % 4 !== 0,
          tip: effect.params.tip,
          ...this.#fetched,
        });
      case 'overlay.push': {
        const { attempt, head } = effect.params;
        return { type: 'overlay.pushed', attempt, head, commit: sha('overlay', head, attempt) };
      }
      case 'cache.record': {
        const { attempt, overlay, entries } = effect.params;
        const commit = sha('record', overlay);
        return { type: 'cache.recorded', attempt, overlay, commit, entries };
      }
      case 'branch.delete':
        return { type: 'branch.deleted', branch: effect.params.branch, outcome: 'deleted' };
      case 'status.publish':
        return { type: 'status.published', status: effect.params };
      case 'build.start':
        this.build = { commit: effect.params.commit, attempt: effect.params.attempt };
        return null;
      case 'build.cancel':
      case 'jobset.delete':
      case 'command.answer':
      case 'status.release':
      case 'cache.retain':
      case 'timer.set':
      case 'timer.drop':
        return null;
    }
  }
}

/** The life of a pull request: opened, pushed to, force-pushed, superseded while it builds, red once, merged. */
export function pullLife(name: string, number: number): LivedEvent[] {
  const life = new Life('pull');
  const observe = (head: string, state: 'open' | 'merged' = 'open'): void =>
    life.tell({
      type: 'pull.observed',
      repository,
      pull: aPull({
        number,
        state,
        title: `Teach the parser what ${name} means`,
        head: sha(name, head),
      }),
      policy: { ...policy, cacheBranch: `orthrus/pr-${number}` },
    });
  for (const round of [1, 2, 3, 4, 5]) {
    observe(`head${round}`);
    life.begins();
    if (round === 3) {
      observe('superseding');
      life.begins();
    }
    if (round === 4) life.ends(job('app', `${name}${round}`, 'failure'), job('lib', name));
    else life.ends(job('app', `${name}${round}`), job('lib', name));
    // What the CI says twice is not handled, and kept all the same.
    life.tell({ type: 'build.started', ...life.build });
  }
  observe('head5', 'merged');
  return life.events;
}

/** The life of a branch that is built as itself. */
export function branchLife(name: string, commits: number): LivedEvent[] {
  const life = new Life('branch');
  for (let round = 1; round <= commits; round += 1) {
    const head = sha(name, round);
    life.tell({ type: 'branch.observed', repository, name, head, policy });
    life.begins();
    life.ends(job('app', `${name}${round}`), job('lib', name));
  }
  return life.events;
}
