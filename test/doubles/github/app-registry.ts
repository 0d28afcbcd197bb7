import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Site } from './site.ts';
import type { App, HostedRepository, Installation, Permissions } from './state.ts';

/** What the product asks people to grant its App. */
export const usualPermissions: Permissions = {
  metadata: 'read',
  contents: 'write',
  statuses: 'write',
  checks: 'write',
  pull_requests: 'write',
  issues: 'write',
};

interface Keys {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** A pair of keys takes a quarter of a second: all Apps of a process have the same. */
let pair: Keys | null = null;

export function newKeys(): Keys {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

export function addApp(
  site: Site,
  more: {
    readonly slug?: string;
    readonly permissions?: Permissions;
    readonly hook?: { readonly url: string; readonly secret?: string; readonly events?: string[] };
    readonly tokenLifetime?: number;
  } = {},
): App {
  pair ??= newKeys();
  const slug = more.slug ?? 'orthrus';
  const { hook } = more;
  const app: App = {
    id: site.id(),
    slug,
    owner: site.account('octo-org', 'Organization'),
    bot: site.account(`${slug}[bot]`, 'Bot'),
    ...pair,
    permissions: more.permissions ?? usualPermissions,
    hook:
      hook === undefined
        ? null
        : {
            id: site.id(),
            url: hook.url,
            secret: hook.secret ?? null,
            events: hook.events ?? ['*'],
            active: true,
            createdAt: site.stamp(),
          },
    tokenLifetime: more.tokenLifetime ?? 3600,
    installations: [],
    createdAt: site.stamp(),
  };
  site.apps.push(app);
  return app;
}

export function addInstallation(
  site: Site,
  app: App,
  repositories: readonly HostedRepository[],
): Installation {
  const [first] = repositories;
  if (first === undefined) throw new Error('an App is installed on repositories');
  const installation: Installation = {
    id: site.id(),
    app,
    account: first.owner,
    repositories: new Set(repositories.map(({ id }) => id)),
    permissions: app.permissions,
    suspended: false,
    createdAt: site.stamp(),
  };
  app.installations.push(installation);
  return installation;
}

/** The way GitHub's tokens look: a kind, and 36 letters and digits. */
export const newToken = (kind: 'ghp' | 'ghs'): string =>
  `${kind}_${randomBytes(18).toString('hex')}`;
