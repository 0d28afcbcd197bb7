import { setTimeout as sleep } from 'node:timers/promises';
import { type BuildJob, jobsOf } from '../log/build-jobs.ts';
import { type OpenLog, readLog } from '../log/database.ts';
import type { PullRow } from '../log/schema.ts';

/** One build, as the log's read model has it. */
export interface ShownBuild {
  readonly attempt: number;
  readonly commit: string;
  readonly head: string;
  readonly verdict: string | null;
  readonly description: string;
  readonly jobs: readonly BuildJob[];
  readonly isStarted: boolean;
}

/** Looks at the log beside the service that writes it. */
export class Watch {
  readonly #log: OpenLog;

  private constructor(log: OpenLog) {
    this.#log = log;
  }

  static async open(database: string): Promise<Watch> {
    return new Watch(await readLog(database));
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  async row(subject: number | string): Promise<PullRow | undefined> {
    const query = this.#log.db.selectFrom('pulls').selectAll();
    return typeof subject === 'number'
      ? query.where('number', '=', subject).executeTakeFirst()
      : query.where('branch', '=', subject).executeTakeFirst();
  }

  async builds(stream: string): Promise<ShownBuild[]> {
    const rows = await this.#log.db
      .selectFrom('builds')
      .selectAll()
      .where('stream', '=', stream)
      .orderBy('attempt')
      .execute();
    return rows.map((row) => ({
      attempt: row.attempt,
      commit: row.commit,
      head: row.head,
      verdict: row.verdict,
      description: row.description ?? '',
      jobs: jobsOf(row),
      isStarted: row.started_at !== null,
    }));
  }

  /** Waits for the state that a step should lead to. @throws after `limit` milliseconds, saying where things stand */
  async until(
    what: string,
    isThere: () => Promise<boolean>,
    limit: number = 240_000,
  ): Promise<void> {
    const end = Date.now() + limit;
    while (!(await isThere())) {
      if (Date.now() > end) throw new Error(`waited ${limit / 1000} s in vain for: ${what}`);
      await sleep(100);
    }
  }

  /** Waits until a head has its verdict and all is at rest. @returns its newest build */
  async settled(subject: number | string, head: string): Promise<ShownBuild> {
    let found: ShownBuild | undefined;
    await this.until(`the verdict on ${head.slice(0, 7)}`, async () => {
      const row = await this.row(subject);
      if (row === undefined || row.head !== head || row.state !== 'idle') return false;
      found = (await this.builds(row.stream)).findLast((build) => build.head === head);
      return found !== undefined && found.verdict !== null;
    });
    if (found === undefined) throw new Error(`${head} was never built`);
    return found;
  }
}
