import Database from 'better-sqlite3';
import type { Ci } from '../../src/ports/ci.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Mirror } from '../../src/ports/mirror.ts';

/**
 * Counts every step that leaves a mark outside this process (a call that changes the forge, the CI or a branch; a
 * durable write), and kills the process right after the n-th: that is, between any two of them.
 */
export class Crossings {
  readonly #deadly: number;
  #count = 0;

  /** @param deadly which crossing kills; 0: none */
  constructor(deadly: number) {
    this.#deadly = deadly;
  }

  get count(): number {
    return this.#count;
  }

  cross(): void {
    this.#count += 1;
    if (this.#count === this.#deadly) process.kill(process.pid, 'SIGKILL');
  }

  async after<Result>(work: Promise<Result>): Promise<Result> {
    const result = await work;
    this.cross();
    return result;
  }

  forge(real: Forge): Forge {
    return {
      repository: (name) => real.repository(name),
      openPulls: (repository) => real.openPulls(repository),
      pull: (repository, number, last) => real.pull(repository, number, last),
      branch: (repository, name) => real.branch(repository, name),
      publish: (repository, status) => this.after(real.publish(repository, status)),
    };
  }

  ci(real: Ci): Ci {
    return {
      start: (build) => this.after(real.start(build)),
      cancel: (stream, build) => this.after(real.cancel(stream, build)),
      report: (stream, build) => real.report(stream, build),
      missing: (paths) => real.missing(paths),
      retain: (stream, keep) => this.after(real.retain(stream, keep)),
      logFile: (stream, build, job) => real.logFile(stream, build, job),
      close: () => real.close(),
    };
  }

  mirror(real: Mirror): Mirror {
    return {
      fetch: (commit, ref) => real.fetch(commit, ref),
      tip: (branch) => real.tip(branch),
      isAncestor: (ancestor, descendant) => real.isAncestor(ancestor, descendant),
      nearest: (commit, candidates) => real.nearest(commit, candidates),
      origin: (tip, known, limit) => real.origin(tip, known, limit),
      inspect: (commit, paths) => real.inspect(commit, paths),
      compose: (overlay) => real.compose(overlay),
      push: (branch, commit, expected) => this.after(real.push(branch, commit, expected)),
    };
  }

  /** Every write that is durable when it returns: a commit, and a statement outside any transaction. */
  database(): void {
    const cross = (): void => this.cross();
    const { prepare } = Database.prototype;
    const watched = function (this: Database.Database, text: string): Database.Statement {
      const statement = prepare.call(this, text);
      const isWrite = !statement.readonly && !/^\s*pragma\b/i.test(text);
      if (!isWrite && !/^\s*commit\b/i.test(text)) return statement;
      for (const method of ['run', 'all'] as const) {
        const real: unknown = Reflect.get(statement, method);
        if (typeof real !== 'function') continue;
        Reflect.defineProperty(statement, method, {
          value: (...args: unknown[]): unknown => {
            const result: unknown = Reflect.apply(real, statement, args);
            if (!this.inTransaction) cross();
            return result;
          },
        });
      }
      return statement;
    };
    Reflect.defineProperty(Database.prototype, 'prepare', { value: watched });
  }
}
