import { ApiError, notFound } from './answer.ts';
import { readJsonWebToken } from './json-web-token.ts';
import { atLeast } from './shapes/repository.ts';
import type { Site } from './site.ts';
import type {
  Account,
  App,
  HostedRepository,
  Installation,
  Level,
  Permissions,
  Role,
} from './state.ts';

/** Who asks. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'user'; readonly account: Account; readonly permissions: Permissions | null }
  | {
      readonly kind: 'installation';
      readonly account: Account;
      readonly installation: Installation;
      readonly permissions: Permissions;
      readonly repositories: ReadonlySet<number>;
    }
  | { readonly kind: 'app'; readonly app: App; readonly account: Account };

/** What an operation needs: a permission of GitHub's by its name, and how much of it. */
export type Need = readonly [permission: string, level: Level];

/** The token of an Authorization header, `token …`, `Bearer …` or Basic's password; null: there is none. */
export function tokenOf(authorization: string | undefined): string | null {
  const [scheme = '', value = ''] = (authorization ?? '').split(' ');
  if (/^(token|bearer)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return null;
  const decoded = Buffer.from(value, 'base64').toString();
  return decoded.slice(decoded.indexOf(':') + 1);
}

/** @throws {ApiError} 401: nobody knows the token, or it has expired */
export function identify(site: Site, token: string | null): Caller {
  if (token === null) return { kind: 'nobody' };
  if (token.split('.').length === 3) {
    const app = readJsonWebToken(token, site.apps, site.now());
    return { kind: 'app', app, account: app.bot };
  }
  const known = site.tokens.get(token);
  if (known === undefined) throw new ApiError(401, 'Bad credentials');
  if (known.kind === 'personal')
    return { kind: 'user', account: known.account, permissions: known.permissions };
  if (known.expires <= site.now()) throw new ApiError(401, 'Bad credentials');
  const { installation, permissions, repositories } = known;
  if (!installation.app.installations.includes(installation))
    throw new ApiError(401, 'Bad credentials');
  if (installation.suspended) throw new ApiError(403, 'This installation has been suspended');
  return {
    kind: 'installation',
    account: installation.app.bot,
    installation,
    permissions,
    repositories,
  };
}

/** @throws {ApiError} 404: the caller may not know of the repository; 403: may not do this */
export function demand(
  site: Site,
  caller: Caller,
  repository: HostedRepository,
  needs: readonly Need[],
): void {
  if (!maySee(site, caller, repository)) throw notFound();
  if (needs.some((need) => may(site, caller, repository, need))) return;
  const accepted = needs.map(([permission, level]) => `${permission}=${level}`).join('; ');
  throw new ApiError(
    403,
    `Resource not accessible by ${caller.kind === 'user' ? 'personal access token' : 'integration'}`,
    { headers: { 'x-accepted-github-permissions': accepted } },
  );
}

export function maySee(site: Site, caller: Caller, repository: HostedRepository): boolean {
  if (caller.kind === 'installation')
    return (
      caller.repositories.has(repository.id) && caller.installation.repositories.has(repository.id)
    );
  return caller.kind === 'user' && atLeast(site.role(repository, caller.account), 'read');
}

export function may(
  site: Site,
  caller: Caller,
  repository: HostedRepository,
  [permission, level]: Need,
): boolean {
  if (!maySee(site, caller, repository)) return false;
  if (caller.kind === 'user') {
    if (!atLeast(site.role(repository, caller.account), leastRole(permission, level))) return false;
    if (caller.permissions === null) return true;
  }
  if (caller.kind !== 'user' && caller.kind !== 'installation') return false;
  const grants = (permissions: Permissions | null): boolean =>
    permissions?.[permission] === 'write' || permissions?.[permission] === level;
  if (permission === 'metadata') return true;
  if (caller.kind === 'installation' && !grants(caller.installation.permissions)) return false;
  return grants(caller.permissions);
}

/** Whoever can see a repository may comment in it; its hooks are its admins' own. */
function leastRole(permission: string, level: Level): Role {
  if (permission === 'repository_hooks' || permission === 'administration') return 'admin';
  return level === 'write' && permission !== 'issues' ? 'write' : 'read';
}
