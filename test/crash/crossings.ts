import Database from 'better-sqlite3';
import type { Ci } from '../../src/ports/ci.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Mirror } from '../../src/ports/mirror.ts';
import { wrapped } from '../doubles/wrapped.ts';

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
    return wrapped(real, {
      publish: (repository, status) => this.after(real.publish(repository, status)),
    });
  }

  ci(real: Ci): Ci {
    return wrapped(real, {
      start: (build) => this.after(real.start(build)),
      cancel: (build) => this.after(real.cancel(build)),
      deleteJobset: (jobset) => this.after(real.deleteJobset(jobset)),
      retain: (stream, keep) => this.after(real.retain(stream, keep)),
    });
  }

  mirror(real: Mirror): Mirror {
    return wrapped(real, {
      push: (branch, commit, expected) => this.after(real.push(branch, commit, expected)),
    });
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
