import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Ci } from '../../src/ports/ci.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Mirror } from '../../src/ports/mirror.ts';
import { watchWrites } from './durable-writes.ts';
import { Names } from './name-write.ts';
import { points, verbs } from './points.ts';

/**
 * Kills the process the first time that it comes to a point of the list. Which it has come to is kept in a file, a line
 * `point: which` each, so one life, begun again after each death, dies once at everything that it does.
 */
export class OnceEach {
  readonly #file: string;
  readonly #known: Set<string>;

  constructor(file: string) {
    this.#file = file;
    this.#known = new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);
  }

  cross(point: string, which: string): void {
    if (!points.has(point)) {
      console.error(`a crash point that is not in the list: ${point}`);
      process.exit(70);
    }
    const line = `${point}: ${which.replaceAll('\n', ' ')}`;
    if (this.#known.has(line)) return;
    appendFileSync(this.#file, `${line}\n`);
    process.kill(process.pid, 'SIGKILL');
  }

  writes(): void {
    const names = new Names();
    watchWrites((writes) => {
      const { point, which } = names.of(writes);
      this.cross(point, which);
    });
  }

  forge(real: Forge): Forge {
    const { conversation } = real;
    const forge = this.#port('forge', real);
    if (conversation === null) return forge;
    const people = this.#port('conversation', conversation);
    return new Proxy(forge, {
      get: (target, name) => (name === 'conversation' ? people : Reflect.get(target, name)),
    });
  }

  ci(real: Ci): Ci {
    return this.#port('ci', real);
  }

  mirror(real: Mirror): Mirror {
    return this.#port('mirror', real);
  }

  /** The port itself, but that the process dies after a verb that the list says leaves something behind. */
  #port<Port extends object>(port: keyof typeof verbs, real: Port): Port {
    const listed: Readonly<Record<string, unknown>> = verbs[port];
    return new Proxy(real, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const verb = String(name);
        // What is not in the list is not of the port, but the adapter's own; see the list's types.
        if (listed[verb] === null || !Object.hasOwn(listed, verb)) return value.bind(target);
        const point = `${port}.${verb}`;
        return async (...of: unknown[]): Promise<unknown> => {
          const result: unknown = await Reflect.apply(value, target, of);
          this.cross(point, whichOf(point, of));
          return result;
        };
      },
    });
  }
}

/** Arguments that differ from process to process: since when, and what a comment says. */
const leftOut: Readonly<Record<string, number>> = {
  'forge.redeliver': 1,
  'conversation.comment': 2,
};

/** What a call is known by: its arguments, but for what takes another time each time. */
function whichOf(point: string, of: readonly unknown[]): string {
  return JSON.stringify(
    of.filter((_, at) => at !== leftOut[point]),
    (name, value: unknown) =>
      name === 'description' || name === 'summary' || name === 'milliseconds' ? undefined : value,
  );
}
