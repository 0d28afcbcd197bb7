import type { Fact, FactOf } from './facts.ts';
import { cacheBranch } from './people.ts';
import type { Job } from './models/jobs.ts';

/** The result of a job that the service has taken into its log. */
export interface Known {
  readonly attempt: number;
  /** All jobs of that build, by name. */
  readonly jobs: ReadonlyMap<
    string,
    { readonly sources: string; readonly isGood: boolean; readonly wasThere: boolean }
  >;
  /** The overlay that was built. */
  readonly commit: string;
  /** The place of the record among all facts. */
  readonly at: number;
}

/** What follows from the facts so far, kept so that rules need not read them all each time. */
export class Ledger {
  /** Commits that the service has put on a branch, by branch. */
  readonly ours = new Map<string, Set<string>>();
  /** A path of intermediates to the derivation that left it, and the refs of the branches whose builds it ended well in. */
  readonly left = new Map<string, { readonly drv: string; readonly refs: Set<string> }>();
  /** Store path to the place of the fact that last said so. */
  readonly collected = new Map<string, { readonly at: number; readonly wasRooted: boolean }>();
  readonly seenThere = new Map<string, number>();
  /** Pull request to the heads that somebody who may write has approved. */
  readonly approved = new Map<number, Set<string>>();
  /** What the log knows of builds, by stream, oldest first. */
  readonly known = new Map<string, Known[]>();
  /** Stream and attempt to the place where that attempt's overlay was planned. */
  readonly planned = new Map<string, number>();
  /** Stream to the last place where its pull request was closed: nothing that was planned before counts any more (B4). */
  readonly #closed = new Map<string, number>();
  /** Stream to the places where a cold rebuild was recorded. */
  readonly coldAsked = new Map<string, number[]>();
  readonly ended = new Map<string, FactOf<'ended'>>();
  readonly #sources = new Map<string, Job>();
  /** The place of the last fact by which an answer or a whole process was lost. */
  lastLoss = -1;
  #count = 0;

  /** How many facts there have been. */
  get count(): number {
    return this.#count;
  }

  take(fact: Fact): void {
    const at = this.#count;
    this.#count += 1;
    switch (fact.kind) {
      case 'moved':
        if (fact.by === 'us' && fact.to !== null) added(this.ours, fact.branch).add(fact.to);
        return;
      case 'approved':
        added(this.approved, fact.number).add(fact.head);
        return;
      case 'collected':
        this.collected.set(fact.path, { at, wasRooted: fact.wasRooted });
        return;
      case 'seen-there':
        for (const path of fact.paths) this.seenThere.set(path, at);
        return;
      case 'died':
      case 'answer-lost':
        this.lastLoss = at;
        return;
      case 'evaluated':
        this.#sources.set(`${fact.build.commit} ${fact.job.name}`, fact.job);
        return;
      case 'ended':
        this.#end(fact);
        return;
      case 'recorded':
        this.#record(fact, at);
        return;
      default:
    }
  }

  /** The job as the tree of a built commit has it. */
  job(commit: string, name: string): Job | undefined {
    return this.#sources.get(`${commit} ${name}`);
  }

  #end(fact: FactOf<'ended'>): void {
    const { build, jobs } = fact;
    this.ended.set(`${build.stream ?? ''} ${build.commit}.${build.attempt}`, fact);
    for (const { state, outputs, drv } of jobs) {
      const path = outputs['intermediates'];
      if (state !== 'success' || path === undefined || drv === null) continue;
      const left = this.left.get(path) ?? { drv, refs: new Set() };
      left.refs.add(build.ref);
      this.left.set(path, left);
    }
  }

  #record({ stream, state: place, event, handled }: FactOf<'recorded'>, at: number): void {
    if (place === 'closing' || place === 'closed') this.#closed.set(stream, at);
    if (event.type === 'head.fetched') this.planned.set(`${stream} ${event.attempt}`, at);
    if (event.type === 'rebuild.requested' && event.cold)
      this.coldAsked.set(stream, [...(this.coldAsked.get(stream) ?? []), at]);
    if (event.type !== 'build.finished' || event.jobs.length === 0 || !handled) return;
    const planned = this.planned.get(`${stream} ${event.attempt}`) ?? -1;
    if (planned < (this.#closed.get(stream) ?? -1)) return;
    const jobs = new Map(
      event.jobs.flatMap(({ name, state, built }) => {
        const job = this.job(event.commit, name);
        return job === undefined
          ? []
          : [
              [
                name,
                {
                  sources: job.sources,
                  isGood: state === 'success',
                  wasThere: built === false,
                },
              ] as const,
            ];
      }),
    );
    this.known.set(stream, [
      ...(this.known.get(stream) ?? []),
      { attempt: event.attempt, commit: event.commit, jobs, at },
    ]);
  }
}

function added<Key>(sets: Map<Key, Set<string>>, key: Key): Set<string> {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  return set;
}

/** The number of the pull request whose cache branch this is; null if it is none. */
export function numberOf(branch: string): number | null {
  const number = Number(/^orthrus\/pr-(\d+)$/.exec(branch)?.[1]);
  return Number.isInteger(number) && cacheBranch(number) === branch ? number : null;
}
