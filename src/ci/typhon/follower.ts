import { isDeepStrictEqual } from 'node:util';
import type { BuildKey } from '../../../machines/build.ts';
import type { BuildListener, BuildReport, BuildRequest } from '../../ports/ci.ts';
import type { World } from '../../ports/world.ts';
import { buildDirectory, buildName, removeDirectory } from '../store/state-files.ts';
import { isAttempt } from './attempts.ts';
import type { EvaluationInfo } from './evaluation-info.ts';
import { EventStream } from './event-stream.ts';
import type { TyphonEvent } from './events.ts';
import { bestOf, type EvaluationFinder } from './find-evaluation.ts';
import { Follow } from './follow.ts';
import type { Warn } from './options.ts';
import { readBuild, tasksOf, type Sources } from './read-build.ts';

/** A build that has not ended by then will not; Typhon never gives up on a task that died. */
const longest = 7 * 24 * 3_600_000;

/** Milliseconds; clocks jump (G6). */
const longestRest = 1000;

interface Options {
  readonly sources: Sources;
  readonly finder: EvaluationFinder;
  readonly world: World;
  readonly pollEvery: number;
  readonly stateDir: string;
  readonly listener: BuildListener;
  readonly warn: Warn;
}

/**
 * Follows builds until they end. Events and messages only say where to look; each look reads the whole evaluation, so one
 * that was missed, doubled or late makes no difference (C7), and the timer sees to it that none is waited for (C14).
 */
export class Follower {
  private readonly options: Options;
  private readonly follows = new Map<string, Follow>();
  private readonly stream: EventStream;
  private isClosed = false;
  /** Typhon could not be asked the last time; said once. */
  private isFailing = false;
  private callOff: (() => void) | null = null;

  constructor(options: Options) {
    this.options = options;
    const { sources, world, pollEvery } = options;
    this.stream = new EventStream(sources.api, world, pollEvery, {
      opened: () => this.look(() => true),
      heard: (event) => this.heed(event),
    });
  }

  get(stream: string, key: BuildKey): Follow | undefined {
    return this.follows.get(keyOf(stream, key));
  }

  add(build: BuildRequest): Follow {
    const follow = new Follow(build, this.options.world.now());
    this.follows.set(keyOf(build.stream, build), follow);
    this.stream.start();
    this.setTimer();
    return follow;
  }

  letGo(which: (follow: Follow) => boolean): void {
    for (const [key, follow] of this.follows) {
      if (!which(follow)) continue;
      follow.isLetGo = true;
      this.follows.delete(key);
    }
  }

  isOfAny(commit: string): boolean {
    return [...this.follows.values()].some((follow) => follow.build.commit === commit);
  }

  /** Looks at these as soon as can be; two looks at one build are never under way at once. */
  look(which: (follow: Follow) => boolean): void {
    for (const follow of this.follows.values()) {
      if (this.isClosed || !follow.isOpen || !follow.isReady || !which(follow)) continue;
      if (follow.isBeingLookedAt) follow.lookAgain = true;
      else void this.lookUntilQuiet(follow);
    }
  }

  close(): void {
    this.isClosed = true;
    this.callOff?.();
    this.stream.close();
  }

  private heed({ of, uuid }: TyphonEvent): void {
    this.look((follow) => {
      const { evaluation, build, tasks } = follow;
      switch (of) {
        case 'task':
          // What a look under way is about to learn, it may be about to miss.
          return tasks.has(uuid) || follow.isBeingLookedAt;
        case 'run':
          return evaluation?.hasJobs === true && evaluation.uuid === uuid;
        case 'evaluation': {
          const revision = this.options.finder.revisionOf(uuid);
          return evaluation?.hasJobs !== true && (revision ?? build.commit) === build.commit;
        }
      }
    });
  }

  private async lookUntilQuiet(follow: Follow): Promise<void> {
    follow.isBeingLookedAt = true;
    for (let again = true; again; ) {
      follow.lookAgain = false;
      const begun = this.options.world.now();
      try {
        await this.lookOnce(follow);
        this.isFailing = false;
      } catch (err) {
        if (!this.isClosed && !this.isFailing) {
          this.isFailing = true;
          this.options.warn('Typhon cannot be asked how builds stand; it will be asked again', {
            err,
          });
        }
      }
      again = follow.lookAgain && follow.isOpen && !this.isClosed;
      if (again) await this.rest(this.options.world.now() - begun);
    }
    follow.isBeingLookedAt = false;
  }

  /** As long as the look took: an evaluation of a thousand jobs is not to be asked for all the time. */
  private rest(milliseconds: number): Promise<void> {
    const within = Math.min(Math.max(milliseconds, 0), longestRest);
    return new Promise((resolve) => void this.options.world.after(within, resolve));
  }

  private async lookOnce(follow: Follow): Promise<void> {
    const { sources, stateDir } = this.options;
    const evaluation = await this.evaluationOf(follow);
    if (evaluation === null) return;
    const report = await readBuild(follow, evaluation, sources);
    follow.tasks = tasksOf(evaluation);
    const paths = [...follow.outputs.values()].flatMap((outputs) => Object.values(outputs));
    if (paths.length > follow.rooted && follow.isOpen) {
      const directory = buildDirectory(stateDir, follow.build.stream, follow.build);
      await sources.store.root(directory, paths);
      follow.rooted = paths.length;
      // Let go of meanwhile, its directory may be gone; then nobody will look for roots there again.
      if (follow.isLetGo && !(await isAttempt(directory))) await removeDirectory(directory);
    }
    if (follow.isOpen && !this.isClosed) this.tell(follow, report);
  }

  /** Any evaluation of the commit will do; once one has jobs we stay with it. */
  private async evaluationOf(follow: Follow): Promise<EvaluationInfo | null> {
    const { finder, sources } = this.options;
    const { build, evaluation } = follow;
    if (evaluation?.hasJobs === true) {
      const known = await sources.api.evaluation(evaluation.uuid);
      if (known !== null) return known;
      follow.evaluation = null;
    }
    const { evaluations } = await finder.find(build, build.commit, 'new');
    const found = bestOf(evaluations.filter(({ handle }) => !follow.spent.has(handle)));
    if (found !== null) {
      follow.found(found);
      return found;
    }
    return evaluation === null ? null : await sources.api.evaluation(evaluation.uuid);
  }

  private tell(follow: Follow, report: BuildReport): void {
    if (isDeepStrictEqual(follow.report, report)) return;
    follow.report = report;
    try {
      this.options.listener(report);
    } catch (err) {
      this.options.warn('a report of a build was not taken; it can be asked for', { err });
    }
  }

  private setTimer(): void {
    this.callOff ??= this.options.world.after(this.options.pollEvery, () => {
      this.callOff = null;
      if (this.isClosed) return;
      const now = this.options.world.now();
      this.letGo((follow) => follow.isOpen && now - follow.since > longest);
      this.look(() => true);
      if ([...this.follows.values()].some((follow) => follow.isOpen)) this.setTimer();
    });
  }
}

function keyOf(stream: string, key: BuildKey): string {
  return JSON.stringify([stream, buildName(key)]);
}
