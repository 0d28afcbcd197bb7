import { createPrivateKey } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { PortError } from '../../ports/port-error.ts';
import { Api } from './api.ts';
import { Gate } from './gate.ts';
import { Installations } from './installations.ts';
import type { GitHubOptions } from './options.ts';

/** With whose rights a repository is worked on. */
export interface Access {
  on(repository: string): Promise<Api>;
  /** The token itself, for git. */
  token(repository: string): Promise<string>;
  /** The App that we are; null with a plain token. */
  readonly app: { readonly id: number; readonly api: Api } | null;
}

export function accessOf(options: GitHubOptions): Access {
  return 'app' in options.auth
    ? appAccess(options, options.auth.app)
    : tokenAccess(options, options.auth.token);
}

function tokenAccess(options: GitHubOptions, token: string): Access {
  const api = new Api(options, {
    authorization: () => Promise.resolve(`Bearer ${token}`),
    renew: null,
    gate: new Gate(options.world, options.apiUrl, 'token', token),
  });
  return { on: () => Promise.resolve(api), token: () => Promise.resolve(token), app: null };
}

function appAccess(
  options: GitHubOptions,
  { id, privateKey }: { readonly id: number; readonly privateKey: string },
): Access {
  const api = new Api(options, {
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
    token: async (repository) => (await installations.of(repository)).token(),
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
