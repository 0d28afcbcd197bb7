import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RawMessage } from '../../ports/ci.ts';
import { PortError } from '../../ports/port-error.ts';

const header = 'x-orthrus-signature-256';

/**
 * Verifies `X-Orthrus-Signature-256: sha256=<hex HMAC-SHA256 of the body's bytes>`, as GitHub signs its webhooks.
 * @throws {PortError} `denied`
 */
export function verifySignature({ headers, body }: RawMessage, secret: string): void {
  const given = /^sha256=([0-9a-f]{64})$/i.exec(headers[header]?.trim() ?? '')?.[1];
  if (given === undefined) {
    throw new PortError(
      'denied',
      'X-Orthrus-Signature-256 is missing, or not sha256= and 64 hex digits',
    );
  }
  const expected = createHmac('sha256', secret).update(body).digest();
  if (!timingSafeEqual(Buffer.from(given, 'hex'), expected)) {
    throw new PortError(
      'denied',
      "the signature does not fit: sign the body's very bytes with this CI's callbackSecret",
    );
  }
}

/** @throws {PortError} `invalid` */
export function parseBody({ body }: RawMessage): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new PortError('invalid', 'the body is not JSON', { cause });
  }
}
