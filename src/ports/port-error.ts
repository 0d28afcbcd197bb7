import { redacted } from './secrets.ts';

/**
 * What can go wrong beyond a port. `unavailable`, `timeout`: try again later. `rate-limited`: not before `retryAt`.
 * `not-found`: what was asked for is not there (yet, perhaps: D4). `refused`: allowed, but declined (a protected
 * branch, a hook). `denied`: the credentials do not suffice. `invalid`: the request makes no sense there; no use trying.
 */
export type PortErrorCode =
  | 'unavailable'
  | 'timeout'
  | 'rate-limited'
  | 'not-found'
  | 'refused'
  | 'denied'
  | 'invalid';

/** Its message holds no secret of ours, whoever has repeated one in what failed (F3). */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly code: PortErrorCode;
  /** Milliseconds since the epoch; only with `rate-limited`. */
  readonly retryAt: number | null;

  constructor(
    code: PortErrorCode,
    message: string,
    options: { cause?: unknown; retryAt?: number } = {},
  ) {
    super(redacted(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAt = options.retryAt ?? null;
  }
}
