import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { Site } from './site.ts';
import type { Hook, Installation } from './state.ts';

/** A webhook on its way, or what became of it. */
export interface Delivery {
  readonly id: number;
  /** The same for a delivery and its redeliveries. */
  readonly guid: string;
  readonly hook: Hook;
  readonly event: string;
  readonly action: string | null;
  /** The very bytes, made from the state at the moment of the event. */
  readonly body: string;
  readonly repositoryId: number | null;
  /** Null: a repository's own hook. */
  readonly installation: Installation | null;
  readonly redelivery: boolean;
  /** `lost`: it was never attempted, and GitHub's log does not know of it. */
  state: 'waiting' | 'held' | 'attempted' | 'lost';
  attempt: Attempt | null;
}

export interface Attempt {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Seconds. */
  readonly duration: number;
  /** 0: there was no answer. */
  readonly statusCode: number;
  /** `OK`, or what was wrong. */
  readonly status: string;
}

export const succeeded = (delivery: Delivery): boolean => {
  const code = delivery.attempt?.statusCode ?? 0;
  return code >= 200 && code < 300;
};

/** Sends webhooks one after the other, in order, unless a test holds some of them back. */
export class Deliveries {
  /** All there ever were, in order. */
  readonly all: Delivery[] = [];
  readonly #site: Site;
  readonly #timeout: number;
  #holds: (delivery: Delivery) => boolean = () => false;
  #queue: Promise<void> = Promise.resolve();
  readonly #closed = new AbortController();

  /** @param timeout milliseconds for which an answer is waited for; GitHub waits 10,000 */
  constructor(site: Site, timeout: number) {
    this.#site = site;
    this.#timeout = timeout;
  }

  emit(of: Pick<Delivery, 'hook' | 'event' | 'action' | 'body' | 'repositoryId' | 'installation'>) {
    this.#add({ ...of, guid: randomUUID(), redelivery: false });
  }

  /** From now on deliveries wait, those that match, until they are released, lost or failed. */
  hold(matches: (delivery: Delivery) => boolean = () => true): void {
    this.#holds = matches;
  }

  /** Holds nothing any more; what was held is sent in order. */
  async flow(): Promise<void> {
    this.#holds = () => false;
    await this.release(...this.held);
  }

  /** Those that wait for the test's word, in order. */
  get held(): readonly Delivery[] {
    return this.all.filter(({ state }) => state === 'held');
  }

  /** Sends what was held, in the order given. Resolves when all of it was answered, or was not in time. */
  async release(...deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) {
      if (delivery.state !== 'held') throw new Error(`${delivery.event} is not held`);
      this.#enqueue(delivery);
    }
    await this.#queue;
  }

  /** What was held never happens, and GitHub does not know that it did not. */
  lose(...deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) delivery.state = 'lost';
  }

  /** What was held is logged as failed, as if the endpoint had been down, or had answered so. */
  fail(statusCode: number, ...deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) this.#ended(delivery, this.#site.now(), statusCode);
  }

  /** Sends the same once more, under the same GUID, whatever became of it before. */
  async redeliver(delivery: Delivery): Promise<void> {
    this.#add({ ...delivery, redelivery: true });
    await this.settled();
  }

  /** Resolves when nothing waits but what is held. */
  async settled(): Promise<void> {
    let queue: Promise<void> | null = null;
    while (queue !== this.#queue) {
      queue = this.#queue;
      await queue;
    }
  }

  /** Gives up on what is on its way; nothing more is sent. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.settled();
  }

  /** A hook's log: what was attempted in the last three days, newest first. */
  log(hook: Hook): Delivery[] {
    const since = this.#site.now() - 3 * 86_400_000;
    return this.all
      .filter((one) => one.hook.id === hook.id && (one.attempt?.at ?? 0) >= since)
      .toSorted((one, other) => other.id - one.id);
  }

  #add(of: Omit<Delivery, 'id' | 'state' | 'attempt'>): void {
    const delivery: Delivery = { ...of, id: this.#site.id(), state: 'waiting', attempt: null };
    this.all.push(delivery);
    if (this.#holds(delivery)) delivery.state = 'held';
    else this.#enqueue(delivery);
  }

  #enqueue(delivery: Delivery): void {
    delivery.state = 'waiting';
    this.#queue = this.#queue.then(async () => {
      const { signal } = this.#closed;
      if (signal.aborted) return;
      const at = this.#site.now();
      const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#timeout)]);
      this.#ended(delivery, at, await post(delivery, limit));
    });
  }

  #ended(delivery: Delivery, at: number, statusCode: number): void {
    const duration = Math.max(0.01, (this.#site.now() - at) / 1000);
    delivery.state = 'attempted';
    delivery.attempt = { at, duration, statusCode, status: 'OK' };
    if (statusCode === 0) delivery.attempt = { ...delivery.attempt, status: 'failed to connect' };
    else if (!succeeded(delivery))
      delivery.attempt = {
        ...delivery.attempt,
        status: `Invalid HTTP Response: ${statusCode}`,
      };
  }
}

/** @returns the answer's status, 0 if there was none in time */
function post(delivery: Delivery, signal: AbortSignal): Promise<number> {
  const body = Buffer.from(delivery.body);
  const { hook, installation, repositoryId } = delivery;
  const sign = (algorithm: string): string =>
    createHmac(algorithm, hook.secret ?? '')
      .update(body)
      .digest('hex');
  const headers = {
    accept: '*/*',
    connection: 'close',
    'content-type': 'application/json',
    'content-length': body.length,
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-delivery': delivery.guid,
    'x-github-event': delivery.event,
    'x-github-hook-id': String(hook.id),
    'x-github-hook-installation-target-id': String(installation?.app.id ?? repositoryId ?? 0),
    'x-github-hook-installation-target-type': installation === null ? 'repository' : 'integration',
    ...(hook.secret === null
      ? {}
      : {
          'x-hub-signature': `sha1=${sign('sha1')}`,
          'x-hub-signature-256': `sha256=${sign('sha256')}`,
        }),
  };
  return new Promise((resolve) => {
    const sent = request(hook.url, { method: 'POST', headers, agent: false, signal }, (answer) => {
      answer.on('error', () => {
        resolve(0);
      });
      answer.on('end', () => {
        resolve(answer.statusCode ?? 0);
      });
      answer.resume();
    });
    sent.on('error', () => {
      resolve(0);
    });
    sent.end(body);
  });
}
