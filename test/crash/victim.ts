import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../src/config/schema.ts';
import { type OpenLog, readLog } from '../../src/log/database.ts';
import { begin } from './program.ts';

export type Manner = 'dies' | 'lives';

/** Where a stream is to come to rest. */
export interface Rest {
  readonly state: string;
  readonly head: string;
}

export interface Circumstances {
  /** Whether what surrounds the service has nothing to do. */
  readonly around?: () => Promise<boolean>;
  /** The point after whose deaths it is not begun again before `setClock`. */
  readonly stayDownAt?: string;
}

/** The real service in a process of its own, which is begun again whenever it dies. */
export class Victim {
  readonly #directory: string;
  readonly #database: string;
  readonly #arguments: string[];
  readonly #around: () => Promise<boolean>;
  readonly #stayDownAt: string;
  readonly #manner: Manner;
  #child: ChildProcess | null = null;
  #failure: Error | null = null;

  /** @param program the bundled `child.ts` */
  constructor(
    program: string,
    at: { readonly directory: string; readonly config: Config; readonly port: number },
    manner: Manner,
    { around = async () => true, stayDownAt = '' }: Circumstances = {},
  ) {
    this.#stayDownAt = stayDownAt;
    this.#manner = manner;
    this.#directory = at.directory;
    this.#database = at.config.database.file;
    this.#arguments = [begin, program, at.directory, String(at.port), manner];
    this.#around = around;
    writeFileSync(join(at.directory, 'config.json'), JSON.stringify(at.config));
  }

  begin(): void {
    const child = spawn(process.execPath, this.#arguments, {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.#child = child;
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      if (signal === 'SIGKILL') {
        this.#child = null;
        if (!this.deaths().at(-1)?.startsWith(`${this.#stayDownAt}:`)) this.begin();
      } else this.#failure = new Error(`the service ended with ${code ?? signal}`);
    });
  }

  async end(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** From its next life on its clock is so many milliseconds off. */
  async setClock(off: number): Promise<void> {
    await this.end();
    writeFileSync(join(this.#directory, 'clock'), String(off));
    this.begin();
  }

  /** Every point that it has died at, in order: `point: which`. */
  deaths(): string[] {
    const file = join(this.#directory, 'points');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  /** Waits until the stream is in that state with that head, and there is nothing to do for anybody. */
  async rest(stream: string, { state, head }: Rest): Promise<void> {
    let quiet = 0;
    await this.until(`${stream} is ${state}`, async (log) => {
      if (!(await this.#around())) {
        quiet = 0;
        return false;
      }
      const pull = await log.db
        .selectFrom('pulls')
        .select(['state', 'head'])
        .where('stream', '=', stream)
        .executeTakeFirst();
      const busy = await log.db
        .selectFrom('effects')
        .select('id')
        .where('kind', '=', 'effect')
        .where('done_at', 'is', null)
        .executeTakeFirst();
      const isThere = pull?.state === state && pull.head === head && busy === undefined;
      quiet = isThere ? quiet + 1 : 0;
      return quiet > 1;
    });
  }

  /** Waits until an event of that type, and of that attempt, is in the stream's log. */
  async heard(stream: string, type: string, attempt?: number): Promise<void> {
    await this.until(`${stream} hears ${type}`, async (log) => {
      const rows = await log.db
        .selectFrom('events')
        .select('data')
        .where('stream', '=', stream)
        .where('type', '=', type)
        .execute();
      return rows.some(
        ({ data }) => attempt === undefined || Reflect.get(JSON.parse(data), 'attempt') === attempt,
      );
    });
  }

  /** Who dies has died there: what it wrote is seen before that. */
  async diedAt(point: string): Promise<void> {
    const isPast = (): boolean => this.deaths().some((death) => death.startsWith(`${point}:`));
    if (this.#manner === 'dies') await this.until(`it dies at: ${point}`, async () => isPast());
  }

  /** Waits until something is so, as the log tells it or otherwise. */
  async until(what: string, isSo: (log: OpenLog) => Promise<boolean>): Promise<void> {
    const limit = Date.now() + 240_000;
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const log = await readLog(this.#database).catch(() => null);
      try {
        if (log !== null && (await isSo(log))) return;
      } finally {
        await log?.close();
      }
      if (Date.now() > limit) {
        const deaths = this.deaths();
        const last = deaths.at(-1) ?? 'none';
        throw new Error(`it does not come to this: ${what}; ${deaths.length} deaths, ${last}`);
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  }
}
