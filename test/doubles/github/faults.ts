import type { LimitKind } from './limits.ts';

/** What happens to a request, other than what ought to. */
export type Trouble =
  /** A 5xx, or 401, 403, 404 for good. */
  | { readonly kind: 'status'; readonly status: number; readonly message?: string }
  /** The connection breaks. */
  | { readonly kind: 'reset' }
  /** The connection stays open, and nothing comes. */
  | { readonly kind: 'hang' }
  /** This request and every other with its token is refused for so many seconds. */
  | { readonly kind: 'limit'; readonly as: LimitKind; readonly seconds: number };

export interface FaultRule {
  readonly trouble: Trouble;
  /** `POST /repos/{owner}/{repo}/statuses/{sha}`, `git refs`, `git fetch`, `git push`, or a pattern; absent: the API's. */
  readonly on?: string | RegExp;
  /** Only requests with this token. */
  readonly token?: string;
  /** How many requests, 1 unless told; `Infinity` until `end` is called. */
  readonly times?: number;
  /** `after`: GitHub does what it was asked, and only then it goes wrong. */
  readonly when?: 'before' | 'after';
}

/** A rule at work. */
export class Fault {
  readonly rule: FaultRule;
  #left: number;
  #used = 0;

  constructor(rule: FaultRule) {
    this.rule = rule;
    this.#left = rule.times ?? 1;
  }

  /** How many requests have gone wrong by it; one that is carried out first counts once it was. */
  get used(): number {
    return this.#used;
  }

  end(): void {
    this.#left = 0;
  }

  /** Whether it meets this request; if so, one less is left. */
  meets(operation: string, token: string | null): boolean {
    const { on, token: only } = this.rule;
    if (this.#left <= 0 || (only !== undefined && only !== token)) return false;
    if (on === undefined ? operation.startsWith('git ') : !covers(on, operation)) return false;
    this.#left -= 1;
    return true;
  }

  /** A request that it met goes wrong now. */
  strike(): void {
    this.#used += 1;
  }
}

const covers = (on: string | RegExp, operation: string): boolean =>
  typeof on === 'string' ? on === operation : on.test(operation);

/** Faults on demand. The oldest rule that meets a request is the one that is used. */
export class Faults {
  readonly #faults: Fault[] = [];

  add(rule: FaultRule): Fault {
    const fault = new Fault(rule);
    this.#faults.push(fault);
    return fault;
  }

  next(operation: string, token: string | null): Fault | null {
    return this.#faults.find((fault) => fault.meets(operation, token)) ?? null;
  }
}
