import type { World } from '../../ports/world.ts';
import type { TyphonApi } from './api.ts';
import { parseEvent, type TyphonEvent } from './events.ts';

/** No event is a hundredth of this long. */
const longestLine = 64 * 1024;

interface Ears {
  /** A connection was made: whatever was told before it is lost. */
  readonly opened: () => void;
  readonly heard: (event: TyphonEvent) => void;
}

/**
 * The one connection over which Typhon tells what happens. It has no heartbeat and repeats nothing; so it is only ever a
 * hint to look, and polling is the net under it. When it breaks it is made again, after growing waits.
 */
export class EventStream {
  private readonly api: TyphonApi;
  private readonly world: World;
  private readonly longestWait: number;
  private readonly ears: Ears;
  private isStarted = false;
  private isClosed = false;
  private failures = 0;
  private callOff: () => void = () => {};

  /** @param longestWait milliseconds: polling finds what is new by then */
  constructor(api: TyphonApi, world: World, longestWait: number, ears: Ears) {
    this.api = api;
    this.world = world;
    this.longestWait = longestWait;
    this.ears = ears;
  }

  start(): void {
    if (this.isStarted || this.isClosed) return;
    this.isStarted = true;
    void this.listen();
  }

  close(): void {
    this.isClosed = true;
    this.callOff();
  }

  private async listen(): Promise<void> {
    try {
      const body = await this.api.events();
      let rest = '';
      body.setEncoding('utf8');
      for await (const chunk of body) {
        const lines = `${rest}${String(chunk)}`.split('\n');
        rest = (lines.pop() ?? '').slice(-longestLine);
        for (const line of lines) this.take(line);
      }
    } catch {
      // Cut off, or never there. The polls find that out too, and say so.
    }
    if (this.isClosed) return;
    this.callOff = this.world.after(this.wait(), () => void this.listen());
    this.failures += 1;
  }

  private take(line: string): void {
    if (this.isClosed) return;
    // The first line is a greeting; only with it is the connection one that works.
    if (line === '"Ping"') {
      this.failures = 0;
      this.ears.opened();
      return;
    }
    const event = parseEvent(line);
    if (event !== null) this.ears.heard(event);
  }

  private wait(): number {
    const longest = Math.min(this.longestWait, 60_000);
    const grown = Math.min(1000, longest) * 2 ** Math.min(this.failures, 10);
    return Math.min(grown, longest) * (0.5 + this.world.random() / 2);
  }
}
