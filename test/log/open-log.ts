import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EventData } from '../../machines/fold.ts';
import { aFetch, aPolicy, aPull, aRepository } from '../doubles/ingredients.ts';
import { append, type AppendContext, type Incoming, type Recorded } from '../../src/log/append.ts';
import { type OpenLog, openLog } from '../../src/log/database.ts';

const policy = aPolicy({
  deadlines: { start: 1000, finish: 60_000 },
  retry: { base: 10, max: 100 },
});

export const sha = (digit: string): string => digit.repeat(40);

export function observed(head: string, state: 'open' | 'closed' = 'open'): EventData {
  return {
    type: 'pull.observed',
    repository: aRepository,
    pull: aPull({ state, title: null, head, author: null }),
    policy,
  };
}

export function fetched(attempt: number, head: string): EventData {
  return aFetch({ attempt, head });
}

export const pushed = (attempt: number, head: string, commit: string): EventData => ({
  type: 'overlay.pushed',
  attempt,
  head,
  commit,
});

/** A log of its own, in a file, and a clock that the test moves. */
export class TestLog {
  readonly directory = mkdtempSync(join(tmpdir(), 'orthrus-log-'));
  readonly file = join(this.directory, 'log.db');
  readonly stream = 'here:r1#1';
  now = 1_000_000;
  #open: OpenLog | null = null;

  async open(): Promise<this> {
    this.#open = await openLog(this.file, 'normal');
    return this;
  }

  get db(): OpenLog['db'] {
    if (this.#open === null) throw new Error('the log is closed');
    return this.#open.db;
  }

  get context(): AppendContext {
    return {
      db: this.db,
      machineVersion: 'm1',
      now: () => this.now,
    };
  }

  async append(event: EventData, more: Partial<Incoming> = {}): Promise<Recorded> {
    const incoming: Incoming = { stream: this.stream, event, source: 'test', ...more };
    const recorded = await append(this.context, incoming);
    if (recorded === null) throw new Error('declined');
    return recorded;
  }

  async count(table: 'events' | 'effects' | 'snapshots' | 'pulls' | 'builds'): Promise<number> {
    const rows = await this.db.selectFrom(table).selectAll().execute();
    return rows.length;
  }

  async close(): Promise<void> {
    await this.#open?.close();
    this.#open = null;
  }
}

export async function openTestLog(): Promise<TestLog> {
  const log = await new TestLog().open();
  onTestFinished(async () => {
    await log.close();
    rmSync(log.directory, { recursive: true, force: true });
  });
  return log;
}
