import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Engine } from '../../src/engine/engine.ts';
import type { Ci } from '../../src/ports/ci.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Mirror } from '../../src/ports/mirror.ts';
import { wrapped } from '../doubles/wrapped.ts';

/**
 * Kills the process the first time that it comes to a point: right after a call that leaves a mark on the forge, the CI or
 * a branch, and right after an event is durable. Which points it has come to is kept in a file, so one life, begun again
 * after each death, dies at every point once. (`Crossings` dies at one point of a life; it takes two processes for each.)
 */
export class OnceEach {
  readonly #file: string;
  readonly #known: Set<string>;

  constructor(file: string) {
    this.#file = file;
    this.#known = new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);
  }

  cross(point: string): void {
    if (this.#known.has(point)) return;
    appendFileSync(this.#file, `${point}\n`);
    process.kill(process.pid, 'SIGKILL');
  }

  async #after<Result>(point: string, work: Promise<Result>): Promise<Result> {
    const result = await work;
    this.cross(point);
    return result;
  }

  forge(real: Forge): Forge {
    const { conversation } = real;
    return wrapped(real, {
      publish: (repository, status) =>
        this.#after(
          `publish ${status.commit} ${status.context} ${status.state}`,
          real.publish(repository, status),
        ),
      conversation:
        conversation === null
          ? null
          : wrapped(conversation, {
              react: (repository, comment, reaction) =>
                this.#after(`react ${comment}`, conversation.react(repository, comment, reaction)),
              comment: (repository, number, text, marker) =>
                this.#after(
                  `comment ${marker}`,
                  conversation.comment(repository, number, text, marker),
                ),
            }),
    });
  }

  ci(real: Ci): Ci {
    return wrapped(real, {
      start: (build) => this.#after(`start ${build.stream} ${build.attempt}`, real.start(build)),
      cancel: (build) => this.#after(`cancel ${build.stream} ${build.attempt}`, real.cancel(build)),
      deleteJobset: (jobset) => this.#after('delete the jobset', real.deleteJobset(jobset)),
    });
  }

  mirror(real: Mirror): Mirror {
    return wrapped(real, {
      push: (branch, commit, expected) =>
        this.#after(`push ${branch} ${commit}`, real.push(branch, commit, expected)),
    });
  }

  /**
   * After each event of the log, whoever recorded it. One is told from another by what it is and what came of it, not by
   * its number: a death may lead to an event that would not have been, and so would each death after it, without end.
   */
  events(engine: Engine): void {
    engine.listen(({ stream, state }, event) => {
      const attempt = 'attempt' in event ? event.attempt : '';
      this.cross(`event ${stream} ${event.type} ${attempt} ${state}`);
    });
  }
}
