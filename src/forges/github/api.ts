import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { PortError } from '../../ports/port-error.ts';
import {
  connectionFailure,
  headerTexts,
  type Headers,
  rateLimitedUntil,
  refusalError,
  refusalOf,
} from './failure.ts';
import type { Gate } from './gate.ts';
import type { GitHubOptions } from './options.ts';

type OctokitOptions = NonNullable<ConstructorParameters<typeof Octokit>[0]>;

/** Values of a route's `{placeholders}`; the others become the query or the body. */
export type Parameters = Readonly<Record<string, unknown>>;

/** An answer as it came; `data` is null for a 304, which is one only where an ETag was named. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

/** What a request is made as. */
export interface Speaker {
  /** As people are told of it: `token`, `installation 12`. */
  readonly name: string;
  /** The value of the Authorization header; null: Octokit's own strategy gives it. */
  authorization(): Promise<string | null>;
  readonly strategy?: Pick<OctokitOptions, 'authStrategy' | 'auth'>;
  /** Has the next authorization be a new one; null where there is only one. */
  readonly renew: (() => void) | null;
  readonly gate: Gate;
}

/** GitHub's REST API, spoken to as somebody. Every failure is a PortError. */
export class Api {
  readonly #octokit: Octokit;
  readonly #options: GitHubOptions;
  readonly #speaker: Speaker;

  constructor(options: GitHubOptions, speaker: Speaker) {
    this.#options = options;
    this.#speaker = speaker;
    const quiet = (): void => {};
    const log = {
      debug: quiet,
      info: quiet,
      warn: (message: string) => options.warn?.(message, {}),
      error: quiet,
    };
    this.#octokit = new Octokit({
      baseUrl: options.apiUrl.replace(/\/+$/, ''),
      userAgent: 'orthrus',
      log,
      request: { log },
      ...speaker.strategy,
    });
  }

  /**
   * `route`: `GET /repos/{owner}/{repo}`. A GET whose connection broke is asked once more: a kept connection may have
   * been closed under it. Everything else is for the engine to repeat, which knows how long to wait.
   * @throws {PortError} of every code but `refused`, which is a conflict
   */
  async request(
    route: string,
    parameters: Parameters,
    etag: string | null = null,
  ): Promise<Answer> {
    const { renew } = this.#speaker;
    const first = await this.#ask(route, parameters, etag);
    if (first instanceof PortError) {
      if (first.code !== 'unavailable' || !route.startsWith('GET ')) throw first;
    } else if (first.status !== 401 || renew === null) return this.#accept(route, first);
    // What GitHub did not authorize it has not done, so that it may be asked again with a new token, whatever it is.
    else renew();
    const second = await this.#ask(route, parameters, etag);
    if (second instanceof PortError) throw second;
    return this.#accept(route, second);
  }

  /** The answer's data, by its shape. */
  async get<T>(shape: z.ZodType<T>, route: string, parameters: Parameters): Promise<T> {
    return shapely(shape, route, (await this.request(route, parameters)).data);
  }

  /** Any answer, or the failure to get one. @throws {PortError} of the gate's, or of getting a token */
  async #ask(
    route: string,
    parameters: Parameters,
    etag: string | null,
  ): Promise<(Answer & { readonly message: string }) | PortError> {
    const { gate } = this.#speaker;
    gate.check();
    const authorization = await this.#speaker.authorization();
    // That may have taken a while, in which another request was told to wait.
    gate.check();
    const { world, timeout = 20_000 } = this.#options;
    const late = new AbortController();
    const callOff = world.after(timeout, () => late.abort());
    try {
      const { status, headers, data }: { status: number; headers: object; data: unknown } =
        await this.#octokit.request(route, {
          ...parameters,
          headers: {
            ...(authorization === null ? {} : { authorization }),
            'x-github-api-version': '2022-11-28',
            ...(etag === null ? {} : { 'if-none-match': etag }),
          },
          request: { signal: late.signal },
        });
      const answer = { status, headers: headerTexts.parse(headers), data, message: '' };
      this.#tellLimit(answer.headers);
      return answer;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) return connectionFailure(error, route);
      this.#tellLimit(refusal.headers);
      return { ...refusal, data: null };
    } finally {
      callOff();
    }
  }

  #accept(route: string, answer: Answer & { readonly message: string }): Answer {
    if (answer.status < 400) return answer;
    const retryAt = rateLimitedUntil(answer, this.#options.world.now());
    const error = refusalError(answer, route, retryAt);
    if (retryAt !== null) {
      this.#speaker.gate.close(retryAt);
      this.#options.warn?.(error.message, { retryAt });
    }
    throw error;
  }

  #tellLimit(headers: Headers): void {
    const { data } = limitHeaders.safeParse(headers);
    if (data === undefined) return;
    this.#options.onRateLimit?.({
      of: this.#speaker.name,
      remaining: data['x-ratelimit-remaining'],
      limit: data['x-ratelimit-limit'],
      resetAt: data['x-ratelimit-reset'] * 1000,
      resource: data['x-ratelimit-resource'],
    });
  }
}

const limitHeaders = z.object({
  'x-ratelimit-remaining': z.coerce.number(),
  'x-ratelimit-limit': z.coerce.number(),
  'x-ratelimit-reset': z.coerce.number(),
  'x-ratelimit-resource': z.string().default('core'),
});

/** @throws {PortError} `unavailable`: a proxy's page, or half an answer; later there may be a whole one */
export function shapely<T>(shape: z.ZodType<T>, route: string, data: unknown): T {
  const parsed = shape.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new PortError(
    'unavailable',
    `${route}: GitHub's answer is not what its API describes: ${z.prettifyError(parsed.error)}`,
  );
}

/** `owner/repo` as the parameters of a route. @throws {PortError} `invalid` */
export function ownerAndRepo(name: string): { owner: string; repo: string } {
  // Nothing that leads to another path of the API (F5).
  const [, owner, repo] = /^([\w-][\w.-]*)\/([\w.-]+)$/.exec(name) ?? [];
  if (owner === undefined || repo === undefined || /^\.+$/.test(repo))
    throw new PortError(
      'invalid',
      `${JSON.stringify(name)} is no repository; name it as "owner/repo"`,
    );
  return { owner, repo };
}
