import type { Answer } from './answer.ts';

export type LimitKind =
  /** 429 with `retry-after`. */
  | '429'
  /** 403 with `retry-after`. */
  | 'secondary'
  /** 403 with nothing remaining, and the time of the reset. */
  | 'primary';

interface Limit {
  readonly as: LimitKind;
  /** Milliseconds since the epoch, a whole second. */
  readonly until: number;
  /** Whether the token's owner has been told: a request after that is one too many. */
  told: boolean;
  /** Whether it was told to git, and so holds for git too; one of the API does not. */
  readonly git: boolean;
}

interface Window {
  used: number;
  readonly resets: number;
}

const perHour = 5000;
const documentation = 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api';

/** Counts requests by token, and refuses all of a limited token's until its deadline. */
export class Limits {
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();
  readonly #limits = new Map<string, Limit>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** From now on, for so many seconds, no request with the token is served. */
  begin(token: string, as: LimitKind, seconds: number, git = false): void {
    const until = Math.ceil((this.#now() + seconds * 1000) / 1000) * 1000;
    this.#limits.set(token, { as, until, told: false, git });
  }

  /** Whether it holds for git. */
  holdsGit(token: string): boolean {
    return this.#current(token)?.git === true;
  }

  /** Whether the token was told to wait for longer than until now. */
  isEarly(token: string): boolean {
    return this.#current(token)?.told === true;
  }

  /** The answer to a limited token; null: it is not limited. */
  refusal(token: string): Answer | null {
    const limit = this.#current(token);
    if (limit === null) return null;
    limit.told = true;
    const seconds = Math.max(1, Math.ceil((limit.until - this.#now()) / 1000));
    const primary = limit.as === 'primary';
    return {
      status: limit.as === '429' ? 429 : 403,
      headers: primary ? {} : { 'retry-after': String(seconds) },
      body: {
        message: primary
          ? 'API rate limit exceeded for user ID 1.'
          : 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
        documentation_url: documentation,
        status: limit.as === '429' ? '429' : '403',
      },
    };
  }

  spend(token: string): void {
    this.#window(token).used += 1;
  }

  state(token: string): { limit: number; used: number; remaining: number; reset: number } {
    const limit = this.#current(token);
    const { used, resets } = this.#window(token);
    if (limit?.as === 'primary')
      return { limit: perHour, used: perHour, remaining: 0, reset: limit.until / 1000 };
    return { limit: perHour, used, remaining: perHour - used, reset: resets / 1000 };
  }

  headers(token: string): Record<string, string> {
    const { limit, used, remaining, reset } = this.state(token);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-used': String(used),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-resource': 'core',
    };
  }

  #current(token: string): Limit | null {
    const limit = this.#limits.get(token);
    if (limit === undefined || limit.until <= this.#now()) return null;
    return limit;
  }

  #window(token: string): Window {
    const known = this.#windows.get(token);
    if (known !== undefined && known.resets > this.#now()) return known;
    const window = { used: 0, resets: Math.ceil(this.#now() / 1000) * 1000 + 3_600_000 };
    this.#windows.set(token, window);
    return window;
  }
}
