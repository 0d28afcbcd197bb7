import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildKey } from '../../machines/build.ts';
import type {
  BuildListener,
  BuildName,
  BuildReport,
  BuildRequest,
  Ci,
} from '../../src/ports/ci.ts';
import { built } from '../doubles/scripted-ci.ts';

/** A CI whose builds succeed at once, and that remembers them when this process does not. */
export class DiskCi implements Ci {
  readonly #directory: string;
  readonly #listener: BuildListener;

  constructor(directory: string, listener: BuildListener) {
    this.#directory = directory;
    this.#listener = listener;
    mkdirSync(directory, { recursive: true });
  }

  async start(build: BuildRequest): Promise<void> {
    if (!existsSync(this.#file(build))) {
      writeFileSync(this.#file(build), build.stream);
      this.#note(`start ${build.attempt}`);
    }
    setImmediate(() => {
      this.#listener({ ...reportOf(build), phase: 'started', jobs: [] });
      this.#listener(reportOf(build));
    });
  }

  async cancel(build: BuildName): Promise<void> {
    this.#note(`cancel ${build.attempt}`);
  }

  async report(build: BuildName): Promise<BuildReport | null> {
    return existsSync(this.#file(build)) ? reportOf(build) : null;
  }

  async missing(): Promise<readonly string[]> {
    return [];
  }

  async retain(_stream: string, keep: { paths: readonly string[] }): Promise<void> {
    writeFileSync(join(this.#directory, 'kept'), JSON.stringify(keep.paths));
  }

  async logFile(): Promise<null> {
    return null;
  }

  readonly seesPushes = false;

  async deleteJobset(): Promise<void> {
    writeFileSync(join(this.#directory, 'forgotten'), '');
  }

  read(): { ignored: string } {
    return { ignored: 'it takes no messages' };
  }

  async take(): Promise<void> {}

  async close(): Promise<void> {}

  /** What was begun and cancelled, in order; and what is kept. */
  told(): { calls: string[]; kept: unknown } {
    const read = (name: string): string => {
      const file = join(this.#directory, name);
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };
    return {
      calls: read('calls').split('\n').slice(0, -1),
      kept: JSON.parse(read('kept') || 'null'),
    };
  }

  #file(build: BuildKey): string {
    return join(this.#directory, `${build.commit}.${build.attempt}`);
  }

  #note(call: string): void {
    appendFileSync(join(this.#directory, 'calls'), `${call}\n`);
  }
}

function reportOf(build: BuildKey & { readonly stream: string }): BuildReport {
  const { stream, commit, attempt } = build;
  return {
    stream,
    commit,
    attempt,
    phase: 'finished',
    jobs: [built('app', `attempt ${attempt}`)],
    error: null,
  };
}
