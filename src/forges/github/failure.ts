import { z } from 'zod';
import { clip } from '../../../machines/describe.ts';
import { redacted } from '../../ports/secrets.ts';
import { PortError, type PortErrorCode } from '../../ports/port-error.ts';

/** By names in lower case. */
export const headerTexts = z.record(z.string(), z.coerce.string());
export type Headers = z.infer<typeof headerTexts>;

/** Octokit's RequestError. Without a response: the connection failed, or took too long. */
const requestError = z.object({
  status: z.number(),
  message: z.string(),
  cause: z.unknown(),
  response: z.object({ headers: headerTexts }).optional(),
});

/** An answer that is no success. */
export interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  readonly message: string;
}

/** GitHub's answer, if there was one. */
export function refusalOf(error: unknown): Refusal | null {
  const { data } = requestError.safeParse(error);
  if (data?.response === undefined) return null;
  // A proxy's answer may be a page of HTML.
  return {
    status: data.status,
    headers: data.response.headers,
    message: clip(redacted(data.message), 300),
  };
}

/** Of a request that got no answer. */
export function connectionFailure(error: unknown, what: string): PortError {
  const cause = requestError.safeParse(error).data?.cause ?? error;
  if (cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError'))
    return new PortError('timeout', `${what}: GitHub did not answer in time`);
  const [message, detail] =
    cause instanceof Error ? [cause.message, cause.cause] : [String(cause), null];
  const reason = detail instanceof Error ? `${message}: ${detail.message}` : message;
  return new PortError(
    'unavailable',
    `${what}: GitHub cannot be reached: ${clip(redacted(reason), 300)}`,
  );
}

/** GitHub's own rule for a secondary limit that names no time. */
const unnamedWait = 60_000;

/** A wait that is none would be a loop, and one of years is a mistake: GitHub's longest is an hour. */
function sensible(wait: number): number {
  return Math.min(Math.max(wait, 1000), 24 * 3_600_000);
}

/** When one may ask again, by our clock; null: this is no rate limit. */
export function rateLimitedUntil(
  { status, headers, message }: Refusal,
  now: number,
): number | null {
  if (status !== 429 && status !== 403) return null;
  // By GitHub's own clock, which need not be ours.
  const said = Date.parse(headers['date'] ?? '');
  const theirs = Number.isNaN(said) ? now : said;
  const named = headers['retry-after']?.trim() ?? '';
  const until = /^\d+(\.\d+)?$/.test(named)
    ? theirs + Number(named) * 1000
    : Date.parse(/^[A-Z][a-z]+, /.test(named) ? named : '');
  if (!Number.isNaN(until)) return now + sensible(until - theirs);
  const isSpent = headers['x-ratelimit-remaining'] === '0';
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000;
  if (isSpent && !Number.isNaN(reset)) {
    // Both of its times are cut to the second: one more is safe.
    return now + sensible(reset - theirs + 1000);
  }
  const isLimit = status === 429 || isSpent || /rate limit|abuse detection/i.test(message);
  return isLimit ? now + unnamedWait : null;
}

/** What an answer means to the caller. The error holds no request and no response: those know secrets (F3). */
export function refusalError(refusal: Refusal, what: string, retryAt: number | null): PortError {
  const { status, message } = refusal;
  const said = `${what}: GitHub answered ${status}: ${message}`;
  if (retryAt !== null) return new PortError('rate-limited', said, { retryAt });
  return new PortError(codeOf(refusal), `${said}${advice(refusal)}`);
}

function codeOf({ status, message }: Refusal): PortErrorCode {
  if (status >= 500) return 'unavailable';
  switch (status) {
    case 401:
    case 403:
    case 451:
      return 'denied';
    case 404:
    case 410:
      return 'not-found';
    case 408:
      return 'timeout';
    case 409:
    case 423:
      return 'refused';
    default:
      // The webhook can be ahead of the API (D4): then a commit "is not there", under the number of a bad request.
      return /no commit found for sha/i.test(message) ? 'not-found' : 'invalid';
  }
}

function advice({ status, headers }: Refusal): string {
  if (status === 401) return '; the token is not, or no longer, valid: give Orthrus a new one';
  const needed = headers['x-accepted-github-permissions'];
  if (status === 403 && needed !== undefined && needed !== '')
    return `; the token needs the permission ${needed}`;
  if (status === 404) return '; it is not there, or the token may not see it';
  return '';
}
