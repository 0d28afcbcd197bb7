import { may } from '../access.ts';
import { notFound } from '../answer.ts';
import { onRepository, type RepositoryCall, type Route } from '../route.ts';
import { accountJson } from '../shapes/account.ts';
import { installationJson } from '../shapes/hook.ts';
import type { Json } from '../shapes/json.ts';
import { atLeast, fullRepositoryJson, permissionsJson } from '../shapes/repository.ts';
import type { Role } from '../state.ts';

function ownPermissions({ site, caller, repository }: RepositoryCall): Json {
  if (caller.kind === 'user') return permissionsJson(site.role(repository, caller.account));
  const pushes = may(site, caller, repository, ['contents', 'write']);
  return permissionsJson(pushes ? 'write' : 'read');
}

/** The older, coarser names. */
function coarse(role: Role): string {
  if (role === 'admin' || role === 'none') return role;
  return atLeast(role, 'write') ? 'write' : 'read';
}

export const repositoryRoutes: readonly Route[] = [
  onRepository('GET /repos/{owner}/{repo}', [['metadata', 'read']], (call) => ({
    status: 200,
    body: fullRepositoryJson(call.site, call.repository, ownPermissions(call)),
  })),

  onRepository(
    'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    [['metadata', 'read']],
    ({ site, repository, path }) => {
      const account = site.accounts.get((path['username'] ?? '').toLowerCase());
      if (account === undefined) throw notFound();
      const role = site.role(repository, account);
      return {
        status: 200,
        body: {
          permission: coarse(role),
          role_name: role,
          user: {
            ...accountJson(site, account),
            role_name: role,
            permissions: permissionsJson(role),
          },
        },
      };
    },
  ),

  onRepository('GET /repos/{owner}/{repo}/installation', 'app', ({ site, repository, caller }) => {
    const found = caller.kind === 'app' ? site.installationOn(caller.app, repository) : null;
    if (found === null) throw notFound();
    return { status: 200, body: installationJson(site, found) };
  }),
];
