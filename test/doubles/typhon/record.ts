import type { Push } from './stock-webhook.ts';

/** A request as it came, and how it was answered. */
export interface RecordedRequest {
  readonly method: string;
  /** With the query, as it was sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `pending`: not answered to its end yet. `gone`: and never will be, since the connection is no more. */
  status: number | 'pending' | 'gone';
}

/** A webhook request that a project's action took for a push: what it announced, not what was evaluated. */
export interface RecordedWebhook extends Push {
  readonly project: string;
  readonly request: RecordedRequest;
}

/** Everything Typhon was asked. */
export class Requests {
  readonly all: RecordedRequest[] = [];
  readonly webhooks: RecordedWebhook[] = [];
  readonly #now = new Map<string, number>();
  readonly #most = new Map<string, number>();

  /** The most webhook requests of a project that were under way at once. */
  mostWebhooksAtOnce(project: string): number {
    return this.#most.get(project) ?? 0;
  }

  async duringWebhook(project: string, work: () => Promise<void>): Promise<void> {
    const before = this.#now.get(project) ?? 0;
    this.#now.set(project, before + 1);
    this.#most.set(project, Math.max(before + 1, this.mostWebhooksAtOnce(project)));
    try {
      await work();
    } finally {
      this.#now.set(project, (this.#now.get(project) ?? 1) - 1);
    }
  }
}
