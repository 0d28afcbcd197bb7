import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { JobResult } from '../../machines/build.ts';
import type { EventData } from '../../machines/fold.ts';
import type { Recorded } from '../log/append.ts';
import type { BuildReport } from '../ports/ci.ts';
import type { Engine } from './engine.ts';
import { isNews } from './observe.ts';
import { withoutSecrets } from './without-secrets.ts';

/**
 * A CI's report in the terms of the log; of one that tells of progress only the jobs that have changed.
 * @param settle milliseconds of silence that count as the end; absent: the CI will tell
 */
export function eventOfReport(
  report: BuildReport,
  known: readonly JobResult[] = [],
  settle?: number,
): EventData {
  const { commit, attempt, error } = report;
  const jobs = [...report.jobs];
  if (report.phase === 'finished') return { type: 'build.finished', commit, attempt, jobs, error };
  const changed = jobs.filter((job) => !known.some((old) => isDeepStrictEqual(old, job)));
  return jobs.length === 0
    ? { type: 'build.started', commit, attempt }
    : {
        type: 'build.progressed',
        commit,
        attempt,
        jobs: changed,
        ...(settle === undefined ? {} : { settle }),
      };
}

/** What makes two reports of one build the same. */
function keyOf(report: BuildReport): string {
  const said = createHash('sha256')
    .update(JSON.stringify([report.phase, report.jobs, report.error]))
    .digest('hex');
  return `build:${report.commit}.${report.attempt}:${said.slice(0, 24)}`;
}

/** Takes in reports, those of one stream in the order in which they came. */
export class BuildReports {
  readonly #engine: Engine;
  readonly #chains = new Map<string, Promise<void>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** For a CI that reports by itself. A report that cannot be recorded now is made up for by `poll`. */
  take(report: BuildReport): void {
    if (report.phase === 'queued') return;
    this.inTurn(report.stream, () => this.record(report, 'ci')).catch((error: unknown) => {
      const { logger } = this.#engine.options;
      logger.warn({ err: error, stream: report.stream }, 'a build report could not be recorded');
    });
  }

  /** Does something about a stream's build after all that came before it. */
  async inTurn<Result>(stream: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#chains.get(stream) ?? Promise.resolve();
    const result = before.then(work);
    const after = result
      .then(
        () => {},
        () => {},
      )
      .finally(() => {
        if (this.#chains.get(stream) === after) this.#chains.delete(stream);
      });
    this.#chains.set(stream, after);
    return result;
  }

  /** Records a report that was asked for, if it is news. That a build waits for its turn is none. */
  async poll(told: BuildReport): Promise<void> {
    if (told.phase === 'queued') return;
    const report = withoutSecrets(told);
    const state = await this.#engine.state(report.stream);
    const event = eventOfReport(report, state.snapshot.context.jobs);
    if (isNews(state.snapshot, event, this.#engine.options.world.now()))
      await this.record(report, 'reconcile');
  }

  /** Resolves when all that was taken has been recorded. */
  async settled(): Promise<void> {
    while (this.#chains.size > 0) await Promise.all(this.#chains.values());
  }

  /** Records a report; `settle` as of `eventOfReport`. @returns the event it came to; null if it was no news */
  async record(told: BuildReport, source: string, settle?: number): Promise<Recorded | null> {
    const report = withoutSecrets(told);
    const state = await this.#engine.state(report.stream);
    const event = eventOfReport(report, state.snapshot.context.jobs, settle);
    // Progress is told often; only what moves something is worth an event.
    if (
      event.type === 'build.progressed' &&
      (event.jobs.length === 0 || !isNews(state.snapshot, event, this.#engine.options.world.now()))
    )
      return null;
    // A build may end before anybody has said that it began.
    if (event.type === 'build.finished' || event.type === 'build.progressed') {
      const started: EventData = {
        type: 'build.started',
        commit: report.commit,
        attempt: report.attempt,
      };
      if (isNews(state.snapshot, started, this.#engine.options.world.now()))
        await this.#engine.record({
          stream: report.stream,
          event: started,
          source,
          key: `build:${report.commit}.${report.attempt}:started`,
        });
    }
    const { stream } = report;
    if (event.type === 'build.started') {
      const key = `build:${report.commit}.${report.attempt}:started`;
      return this.#engine.record({ stream, event, source, key });
    }
    const key = keyOf(report);
    const recorded = await this.#engine.record({ stream, event, source, key });
    if (recorded?.duplicate !== true) return recorded;
    // A job that is run again may come back to what was said before: then it is news once more.
    const now = await this.#engine.state(stream);
    if (!isNews(now.snapshot, event, this.#engine.options.world.now())) return recorded;
    return this.#engine.record({ stream, event, source, key: `${key}:${now.version}` });
  }
}
