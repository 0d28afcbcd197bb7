import { redacted } from '../ports/secrets.ts';
import { PortError, type PortErrorCode } from '../ports/port-error.ts';

/** Messages git gives no exit code for. The first that matches decides; they are in English, because of LC_ALL=C. */
const patterns: readonly (readonly [RegExp, PortErrorCode])[] = [
  [/returned error: 429|rate limit/i, 'rate-limited'],
  [
    /Authentication failed|could not read (Username|Password)|returned error: 40[13]|Permission to .* denied|Permission denied/i,
    'denied',
  ],
  [
    /couldn't find remote ref|not our ref|returned error: 404|repository .*not found|does not appear to be a git repository|not a git repository|does not exist/i,
    'not-found',
  ],
];

/** A forge that limits calls through git names no time, so a minute is waited. */
const rateLimitPause = 60_000;

/**
 * A git command that failed, as an error of the port. `what` says what was being done: `fetch refs/pull/1/head`; `now` is
 * the time by the clock that waits are measured with.
 */
export function gitFailure(
  what: string,
  stderr: string,
  code: number | null,
  now: number = Date.now(),
): PortError {
  const said = summary(stderr);
  const kind = patterns.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'unavailable';
  const message = `could not ${what}: ${said === '' ? `git ended with code ${code ?? 'none'}` : said}`;
  return kind === 'rate-limited'
    ? new PortError(kind, message, { retryAt: now + rateLimitPause })
    : new PortError(kind, message);
}

/** What a person needs of git's stderr: the lines that say something, short, without secrets or control characters. */
export function summary(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.replace(/^(fatal|error): /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('hint:') && !line.startsWith('warning:'));
  return redacted(redact(printable(lines.join('; ')))).slice(0, 500);
}

/** URLs lose user, password and query: a secret may stand in any of them. */
export function redact(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@]*@/gi, '$1')
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s?'"]*)\?[^\s'"]*/gi, '$1');
}

function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}
