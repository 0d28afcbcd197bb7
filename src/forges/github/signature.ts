import { createHmac, timingSafeEqual } from 'node:crypto';
import { PortError } from '../../ports/port-error.ts';

/**
 * Checks `X-Hub-Signature-256` against the body's very bytes, in a time that tells nothing of how much of it is right.
 * @throws {PortError} `denied`
 */
export function verifySignature(secret: string, header: string | undefined, body: Buffer): void {
  if (header === undefined)
    throw new PortError(
      'denied',
      'the delivery is not signed (X-Hub-Signature-256): give the webhook the secret of the configuration',
    );
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = Buffer.from(header);
  // Every right one is as long as any other: the length is no secret.
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new PortError(
    'denied',
    "the delivery's signature is wrong: the webhook's secret is not the one of the configuration",
  );
}
