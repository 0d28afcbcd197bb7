/** What a task does, for a rule about it. */
export type Subject =
  | { readonly kind: 'evaluation'; readonly revision: string }
  | { readonly kind: 'build'; readonly drv: string }
  | { readonly kind: 'action'; readonly name: 'begin' | 'end' };

/** `action`: before the webhook action runs; `lock`: before the branch is locked; `answer`: all is done, but nobody has been told. */
export type WebhookMoment = 'action' | 'lock' | 'answer';

/** A webhook request that is held up. */
export interface Held {
  /** Resolves when the request has come to where it is held. */
  readonly reached: Promise<void>;
  release(): void;
}

interface Hold extends Held {
  readonly arrive: () => void;
  readonly released: Promise<void>;
}

/** What goes wrong, as long as a test says so. */
export class Faults {
  /** Requests that are answered with an internal error, without doing anything. */
  failing: (request: { readonly method: string; readonly path: string }) => boolean = () => false;
  /** The database refuses every new jobset; one that exists is refused anyway. */
  newJobset: 'works' | 'fails' = 'works';
  events: 'once' | 'doubled' | 'lost' = 'once';
  /** Tasks that panic at their end: they stay pending for ever, and nothing is said. */
  panics: (subject: Subject) => boolean = () => false;
  /** How long the scan for GC roots takes, at the end of every webhook that evaluates. */
  scanMilliseconds = 0;
  readonly #holds = new Map<WebhookMoment, Hold[]>();

  /** Holds up the next webhook request that comes to this moment. */
  holdWebhook(moment: WebhookMoment): Held {
    let arrive = (): void => {};
    let release = (): void => {};
    const reached = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hold = { reached, arrive, released, release };
    this.#holds.set(moment, [...(this.#holds.get(moment) ?? []), hold]);
    return hold;
  }

  async pass(moment: WebhookMoment): Promise<void> {
    const hold = this.#holds.get(moment)?.shift();
    hold?.arrive();
    await hold?.released;
  }

  /** Lets go of everything that is or would be held up. */
  releaseAll(): void {
    for (const hold of [...this.#holds.values()].flat()) hold.release();
  }
}
