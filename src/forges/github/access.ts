import { createPrivateKey } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { PortError } from '../../ports/port-error.ts';
import { knowSecret } from '../../ports/secrets.ts';
import { Api } from './api.ts';
import { closeBoth, Gate, gatesOf } from './gate.ts';
import { Installations } from './installations.ts';
import type { GitHubOptions } from './options.ts';

/** With whose rights a repository is worked on. */
export interface Access {
  on(repository: string): Promise<Api>;
  /** The token itself, for git. @throws {PortError} `rate-limited` while git is to rest (E2) */
  token(repository: string): Promise<string>;
  /** Git was told to wait: nothing is asked with the token before `until`, by git or of the API (E2). */
  rest(repository: string, until: number): Promise<void>;
  /** The App that we are; null with a plain token. */
  readonly app: { readonly id: number; readonly api: Api } | null;
}

export function accessOf(options: GitHubOptions): Access {
  return 'app' in options.auth
    ? appAccess(options, options.auth.app)
    : tokenAccess(options, options.auth.token);
}

function tokenAccess(options: GitHubOptions, token: string): Access {
  knowSecret(token);
  const gates = gatesOf(options, 'token', token);
  const api = new Api(options, {
    name: 'token',
    authorization: () => Promise.resolve(`Bearer ${token}`),
    renew: null,
    gate: gates.api,
  });
  return {
    on: () => Promise.resolve(api),
    async token() {
      gates.git.check();
      return token;
    },
    async rest(_, until) {
      closeBoth(gates, until);
    },
    app: null,
  };
}

function appAccess(
  options: GitHubOptions,
  { id, privateKey }: { readonly id: number; readonly privateKey: string },
): Access {
  const api = new Api(options, {
    name: `app ${id}`,
    // The strategy signs each request, by GitHub's clock if ours is wrong.
    strategy: { authStrategy: createAppAuth, auth: { appId: id, privateKey } },
    authorization() {
      checkKey(privateKey);
      return Promise.resolve(null);
    },
    renew: null,
    gate: new Gate(options.world, options.apiUrl, 'app', String(id)),
  });
  const installations = new Installations(options, id, api);
  return {
    on: async (repository) => (await installations.of(repository)).api,
    token: async (repository) => (await installations.of(repository)).gitToken(),
    rest: async (repository, until) => (await installations.of(repository)).rest(until),
    app: { id, api },
  };
}

/** What a library says of a key it cannot read may quote it (F3). @throws {PortError} `denied` */
function checkKey(privateKey: string): void {
  try {
    // One that came in an environment variable may have its line breaks escaped; the strategy knows those too.
    createPrivateKey(privateKey.replaceAll('\\n', '\n'));
  } catch {
    throw new PortError(
      'denied',
      "the App's private key cannot be used; it must be the PEM file that GitHub made",
    );
  }
}
