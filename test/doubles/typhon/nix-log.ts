import { z } from 'zod';

const started = z.object({
  action: z.literal('start'),
  id: z.number(),
  type: z.literal(105),
  fields: z.tuple([z.string()]).rest(z.unknown()),
});
const logged = z.object({
  action: z.literal('result'),
  id: z.number(),
  type: z.literal(101),
  fields: z.tuple([z.string()]),
});
const message = z.union([started, logged]);

/**
 * Reads what `nix build --log-format internal-json` says, line by line: which derivations are really built, and each
 * one's own log. The numbers are those of Nix's `logging.hh`: 105 a build, 101 a line of its log.
 */
export class NixLog {
  readonly #builds = new Map<number, string>();
  readonly #onBuild: (drv: string) => void;
  readonly #onLine: (drv: string, line: string) => void;

  constructor(onBuild: (drv: string) => void, onLine: (drv: string, line: string) => void) {
    this.#onBuild = onBuild;
    this.#onLine = onLine;
  }

  read(line: string): void {
    if (!line.startsWith('@nix ')) return;
    const read = message.safeParse(JSON.parse(line.slice('@nix '.length)));
    if (!read.success) return;
    const { action, id, fields } = read.data;
    if (action === 'start') {
      this.#builds.set(id, fields[0]);
      this.#onBuild(fields[0]);
      return;
    }
    const drv = this.#builds.get(id);
    if (drv !== undefined) this.#onLine(drv, fields[0]);
  }
}
