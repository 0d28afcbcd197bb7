import { z } from 'zod';
import { ApiError, notFound } from '../answer.ts';
import { newToken } from '../app-registry.ts';
import { type Call, onAll, type Route } from '../route.ts';
import { hookConfigJson } from '../shapes/hook.ts';
import { appJson } from '../shapes/report.ts';
import { repositoryJson } from '../shapes/repository.ts';
import { fullName, type App, type Hook, type Installation, type Permissions } from '../state.ts';
import { deliveriesOf, redeliver } from './hooks.ts';

const narrowing = z
  .object({
    repositories: z.array(z.string()).optional(),
    repository_ids: z.array(z.number()).optional(),
    permissions: z.record(z.string(), z.enum(['read', 'write'])).optional(),
  })
  .optional();

function appOf({ caller }: Call): App {
  if (caller.kind !== 'app') throw new ApiError(401, 'A JSON web token could not be decoded');
  return caller.app;
}

function hookOf(call: Call): Hook {
  const { hook } = appOf(call);
  if (hook === null) throw notFound();
  return hook;
}

/** What of an installation a token is asked for. */
function narrow(call: Call, installation: Installation) {
  const said = narrowing.safeParse(call.body);
  if (!said.success) throw new ApiError(422, 'Validation Failed');
  const { repositories: names, repository_ids: ids, permissions } = said.data ?? {};
  const all = [...installation.repositories].map((id) => call.site.repositories.get(id));
  const repositories = all.filter(
    (one) =>
      one !== undefined &&
      (ids?.includes(one.id) ?? true) &&
      (names?.some((name) => name === one.name || name === fullName(one)) ?? true),
  );
  if (repositories.length < (names?.length ?? 0) || repositories.length < (ids?.length ?? 0))
    throw new ApiError(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  const granted: Permissions = installation.permissions;
  for (const [name, level] of Object.entries(permissions ?? {}))
    if (granted[name] !== 'write' && granted[name] !== level)
      throw new ApiError(422, 'The permissions requested are not granted to this installation.');
  return {
    selected: names !== undefined || ids !== undefined,
    repositories: repositories.filter((one) => one !== undefined),
    permissions: permissions ?? granted,
  };
}

export const appRoutes: readonly Route[] = [
  onAll('GET /app', (call) => {
    const app = appOf(call);
    const body = { ...appJson(call.site, app), installations_count: app.installations.length };
    return { status: 200, body };
  }),

  onAll('POST /app/installations/{installation_id}/access_tokens', (call) => {
    const { site } = call;
    const app = appOf(call);
    const id = Number(call.path['installation_id']);
    const installation = app.installations.find((one) => one.id === id);
    if (installation === undefined) throw notFound();
    if (installation.suspended) throw new ApiError(403, 'This installation has been suspended');
    const { selected, repositories, permissions } = narrow(call, installation);
    const token = newToken('ghs');
    const expires = site.now() + app.tokenLifetime * 1000;
    site.tokens.set(token, {
      kind: 'installation',
      installation,
      permissions,
      repositories: new Set(repositories.map((one) => one.id)),
      expires,
    });
    return {
      status: 201,
      body: {
        token,
        expires_at: site.stamp(expires),
        permissions,
        repository_selection: 'selected',
        ...(selected ? { repositories: repositories.map((one) => repositoryJson(site, one)) } : {}),
      },
    };
  }),

  onAll('GET /app/hook/config', (call) => ({ status: 200, body: hookConfigJson(hookOf(call)) })),

  onAll('GET /app/hook/deliveries', (call) => deliveriesOf(call, hookOf(call))),

  onAll('POST /app/hook/deliveries/{delivery_id}/attempts', (call) =>
    redeliver(call, hookOf(call)),
  ),
];
