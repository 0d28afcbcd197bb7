import type { ServerResponse } from 'node:http';
import type { Changes } from './changes.ts';
import type { Faults } from './faults.ts';
import type { RunHandle } from './infos.ts';

export type TyphonEvent =
  | { readonly EvaluationNew: string }
  | { readonly EvaluationFinished: string }
  | { readonly RunNew: RunHandle }
  | { readonly RunUpdated: RunHandle }
  | { readonly BuildNew: string }
  | { readonly BuildFinished: string }
  | { readonly ActionNew: string }
  | { readonly ActionFinished: string };

/** `GET /api/events`: a line of JSON an event, to whoever listens at that moment; nothing is told twice or later. */
export class EventFeed {
  readonly #faults: Faults;
  readonly #changes: Changes;
  /** The process hangs: what happens is told to nobody. */
  isSilent = false;
  readonly #streams = new Set<ServerResponse>();

  constructor(faults: Faults, changes: Changes) {
    this.#faults = faults;
    this.#changes = changes;
  }

  /** How many listen. */
  get listeners(): number {
    return this.#streams.size;
  }

  /** Also for a test: events of evaluations and builds that nobody here has heard of. */
  emit(event: TyphonEvent): void {
    const { events } = this.#faults;
    const line = `${JSON.stringify(event)}\n`;
    const times = this.isSilent || events === 'lost' ? 0 : events === 'doubled' ? 2 : 1;
    for (const stream of this.#streams) stream.write(line.repeat(times));
    this.#changes.notify();
  }

  listen(stream: ServerResponse): void {
    stream.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    stream.write('"Ping"\n');
    this.#streams.add(stream);
    stream.on('close', () => {
      this.#streams.delete(stream);
      this.#changes.notify();
    });
    this.#changes.notify();
  }

  /** Cuts every stream off, in the middle of whatever it was. */
  drop(): void {
    for (const stream of this.#streams) stream.destroy();
  }
}
