import { createHmac } from 'node:crypto';
import examples from '@octokit/webhooks-examples/api.github.com/index.json' with { type: 'json' };
import { readDelivery } from '../../../src/forges/github/read-delivery.ts';
import type { Delivery, RawDelivery } from '../../../src/ports/forge.ts';

export const secret = 'a secret of the webhook';

export function signature(body: Buffer | string, key = secret): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
}

/** A delivery as GitHub sends it. */
export function signed(event: string, payload: unknown, id = 'd1'): RawDelivery {
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return {
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': id,
      'x-hub-signature-256': signature(body),
    },
    body,
  };
}

export function read(event: string, payload: unknown): Delivery {
  return readDelivery(secret, signed(event, payload));
}

interface Example {
  readonly event: string;
  readonly payload: Record<string, unknown>;
}

/** GitHub's own example payloads, all of them. */
export const allExamples: readonly Example[] = examples.flatMap(({ name, examples: of }) =>
  of.map((payload) => ({ event: name, payload: payload as Record<string, unknown> })),
);

/** The first example of an event. */
export function example(event: string, action: string | null = null): Record<string, unknown> {
  const found = allExamples.find(
    (one) => one.event === event && (action === null || one.payload['action'] === action),
  );
  if (found === undefined) throw new Error(`there is no example of ${event}.${action}`);
  return structuredClone(found.payload);
}
