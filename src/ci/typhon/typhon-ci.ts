import { rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BuildKey } from '../../../machines/build.ts';
import type {
  BuildName,
  BuildReport,
  BuildRequest,
  Ci,
  CiMessage,
  Jobset,
  RawMessage,
} from '../../ports/ci.ts';
import { parseBody, verifySignature } from '../generic/signature.ts';
import { buildName, list, stateFailed, streamDirectory } from '../store/state-files.ts';
import { Announcer } from './announcer.ts';
import { TyphonApi } from './api.ts';
import { openAttempt } from './attempts.ts';
import { CalledOutputs } from './called-outputs.ts';
import { bestOf, EvaluationFinder, isSpent } from './find-evaluation.ts';
import type { Follow } from './follow.ts';
import { Follower } from './follower.ts';
import { jobsetName } from './jobset-name.ts';
import { actionMessage } from './message.ts';
import type { TyphonCiOptions } from './options.ts';
import { StoreAtHand } from './store-at-hand.ts';

/**
 * A stock Typhon as the CI, without its admin password: it is told of pushes as GitHub would tell it, and everybody may
 * read what it has done. Nothing is asked of it before the first verb.
 */
export function typhonCi(options: TyphonCiOptions): Ci {
  return new Typhon({ ...options, stateDir: resolve(options.stateDir) });
}

/** Milliseconds. A `begin` action gives up telling us after half a minute, and `end` waits for it. */
const slowestBegin = 60_000;

class Typhon implements Ci {
  readonly seesPushes = false;
  private readonly options: TyphonCiOptions;
  private readonly api: TyphonApi;
  private readonly announcer: Announcer;
  private readonly finder: EvaluationFinder;
  private readonly store: StoreAtHand;
  private readonly called: CalledOutputs;
  private readonly follower: Follower;

  constructor(options: TyphonCiOptions) {
    const { url, webhookSecret, pollEvery, stateDir, world, listener, warn = () => {} } = options;
    this.options = options;
    this.api = new TyphonApi(url, world);
    this.announcer = new Announcer(this.api, webhookSecret);
    this.finder = new EvaluationFinder(this.api);
    this.store = new StoreAtHand({ stateDir, world, warn });
    this.called = new CalledOutputs(stateDir);
    const { api, store, called, finder } = this;
    const patience = Math.max(pollEvery, slowestBegin);
    const sources = { api, store, called, patience, now: () => world.now() };
    this.follower = new Follower({ sources, finder, world, pollEvery, stateDir, listener, warn });
  }

  async start(build: BuildRequest): Promise<void> {
    jobsetName(build);
    const known = this.follower.get(build.stream, build);
    if (known !== undefined) return known.asked;
    // Before the first await: a second start of the same key must find it.
    const follow = this.follower.add(build);
    follow.asked = this.ask(follow);
    return follow.asked;
  }

  /**
   * It cannot be cancelled without the password, and an evaluation only as long as it has no jobs. So nobody looks at it
   * any more, and a push that is not announced yet stays so.
   */
  async cancel(build: BuildName): Promise<void> {
    const known = this.follower.get(build.stream, build);
    this.follower.letGo((follow) => follow === known);
  }

  async report(build: BuildName): Promise<BuildReport | null> {
    return this.follower.get(build.stream, build)?.report ?? null;
  }

  async deleteJobset(jobset: Jobset): Promise<void> {
    jobsetName(jobset);
    this.follower.letGo(
      ({ build }) => build.project === jobset.project && build.ref === jobset.ref,
    );
    await this.announcer.deleted(jobset, async () => {
      const { total } = await this.api.evaluations(jobset.project, jobsetName(jobset), 0);
      return total === 0;
    });
  }

  read(message: RawMessage): CiMessage | { readonly ignored: string } {
    verifySignature(message, this.options.callbackSecret);
    return actionMessage(parseBody(message));
  }

  async take(message: CiMessage): Promise<void> {
    try {
      await this.called.take(message);
    } catch (error) {
      throw stateFailed(error);
    }
    this.follower.look(({ build }) => build.commit === message.commit);
  }

  missing(paths: readonly string[]): Promise<readonly string[]> {
    return this.store.missing(paths);
  }

  async retain(
    stream: string,
    keep: { paths: readonly string[]; builds: readonly BuildKey[] },
  ): Promise<void> {
    const kept = new Set(keep.builds.map(buildName));
    await this.store.retain(stream, keep.paths);
    this.follower.letGo(({ build }) => build.stream === stream && !kept.has(buildName(build)));
    const directory = streamDirectory(this.options.stateDir, stream);
    try {
      for (const name of await list(directory)) {
        if (kept.has(name)) continue;
        await rm(join(directory, name), { recursive: true, force: true });
        const [commit = ''] = name.split('.');
        if (!this.follower.isOfAny(commit)) await this.called.forget(commit);
      }
      if (kept.size === 0) await rmdir(directory).catch(() => {});
    } catch (error) {
      throw stateFailed(error);
    }
  }

  async logFile(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {
    this.follower.close();
    this.api.close();
  }

  /** Looks before it asks: any evaluation of the commit counts, however it came about. */
  private async ask(follow: Follow): Promise<void> {
    const { build } = follow;
    try {
      const { evaluations, isKnown } = await this.finder.find(build, build.commit, 'deep');
      follow.spent = await openAttempt(this.options.stateDir, build, async () =>
        evaluations.filter(isSpent).map(({ handle }) => handle),
      );
      follow.isReady = true;
      const isMoot = (): boolean => follow.isLetGo || follow.evaluation !== null;
      const found = bestOf(evaluations.filter(({ handle }) => !follow.spent.has(handle)));
      if (found !== null) follow.found(found);
      else {
        const isNew = build.attempt === 1 && !isKnown;
        await this.announcer.announce(build, build.commit, { isNew, isMoot });
      }
    } catch (error) {
      // A webhook that was cut off may have done its work.
      if (follow.evaluation === null) {
        this.follower.letGo((other) => other === follow);
        throw stateFailed(error);
      }
    }
    this.follower.look((other) => other === follow);
  }
}
