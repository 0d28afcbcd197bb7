import { z } from 'zod';
import { PortError } from '../../ports/port-error.ts';
import { knowSecret } from '../../ports/secrets.ts';
import { Api, ownerAndRepo } from './api.ts';
import { closeBoth, gatesOf } from './gate.ts';
import type { GitHubOptions } from './options.ts';

const installed = z.object({ id: z.number() });
const issued = z.object({ token: z.string(), expires_at: z.string() });

/** A token is not used in its last minutes: a push that begins with it must also end with it. */
const lastMinutes = 5 * 60_000;

export interface Installation {
  readonly api: Api;
  /** For git. @throws {PortError} `rate-limited` while git is to rest */
  gitToken(): Promise<string>;
  /** Nothing is asked before `until`, by git or of the API. */
  rest(until: number): void;
}

/**
 * Where the App is installed, and the tokens for it. Both are asked for here and not left to auth-app, whose tokens go
 * by its own clock, and which lets two requests at once share one answer by the installation's number alone, also when
 * they are for two different GitHubs.
 */
export class Installations {
  readonly #options: GitHubOptions;
  readonly #app: number;
  readonly #api: Api;
  /** By repository name. */
  readonly #numbers = new Map<string, number>();
  readonly #installations = new Map<number, Installation>();

  constructor(options: GitHubOptions, app: number, api: Api) {
    this.#options = options;
    this.#app = app;
    this.#api = api;
  }

  /** @throws {PortError} `denied`: it is not installed there */
  async of(repository: string): Promise<Installation> {
    const number = this.#numbers.get(repository) ?? (await this.#find(repository));
    const known = this.#installations.get(number);
    if (known !== undefined) return known;
    const installation = this.#make(number, repository);
    this.#installations.set(number, installation);
    return installation;
  }

  async #find(repository: string): Promise<number> {
    try {
      const route = 'GET /repos/{owner}/{repo}/installation';
      const { id } = await this.#api.get(installed, route, ownerAndRepo(repository));
      this.#numbers.set(repository, id);
      return id;
    } catch (error) {
      throw notInstalled(error, repository);
    }
  }

  #make(number: number, repository: string): Installation {
    let current: { readonly token: string; readonly expiresAt: number } | null = null;
    let renewing: Promise<string> | null = null;
    const renew = async (): Promise<string> => {
      try {
        const route = 'POST /app/installations/{installation_id}/access_tokens';
        const answer = await this.#api.get(issued, route, { installation_id: number });
        knowSecret(answer.token, 'passing');
        current = { token: answer.token, expiresAt: Date.parse(answer.expires_at) };
        return current.token;
      } catch (error) {
        // Installed anew, it has a new number: look again next time.
        if (error instanceof PortError && error.code === 'not-found') this.#forget(number);
        throw notInstalled(error, repository);
      } finally {
        renewing = null;
      }
    };
    const token = (): Promise<string> => {
      if (current !== null && this.#options.world.now() < current.expiresAt - lastMinutes)
        return Promise.resolve(current.token);
      renewing ??= renew();
      return renewing;
    };
    const gates = gatesOf(this.#options, 'installation', String(this.#app), String(number));
    const api = new Api(this.#options, {
      name: `installation ${number}`,
      authorization: async () => `Bearer ${await token()}`,
      renew: () => {
        current = null;
      },
      gate: gates.api,
    });
    return {
      api,
      async gitToken() {
        gates.git.check();
        return token();
      },
      rest: (until) => closeBoth(gates, until),
    };
  }

  #forget(number: number): void {
    this.#installations.delete(number);
    for (const [repository, known] of this.#numbers)
      if (known === number) this.#numbers.delete(repository);
  }
}

function notInstalled(error: unknown, repository: string): unknown {
  if (!(error instanceof PortError) || error.code !== 'not-found') return error;
  return new PortError(
    'denied',
    `the GitHub App is not installed on ${repository}, or there is no such repository; install it there`,
  );
}
