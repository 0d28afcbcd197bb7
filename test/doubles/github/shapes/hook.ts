import type { Site } from '../site.ts';
import type { Hook, HostedRepository, Installation } from '../state.ts';
import { accountJson } from './account.ts';
import type { Json } from './json.ts';
import { apiUrlOf } from './repository.ts';

export function hookConfigJson(hook: Hook): Json {
  return {
    content_type: 'json',
    insecure_ssl: '0',
    ...(hook.secret === null ? {} : { secret: '********' }),
    url: hook.url,
  };
}

export function hookJson(site: Site, repository: HostedRepository, hook: Hook): Json {
  const url = `${apiUrlOf(site, repository)}/hooks/${hook.id}`;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: hook.events,
    config: hookConfigJson(hook),
    updated_at: hook.createdAt,
    created_at: hook.createdAt,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: { code: null, status: 'unused', message: null },
  };
}

export function installationJson(site: Site, installation: Installation): Json {
  const { app, account } = installation;
  const api = `${site.url}/api/v3`;
  return {
    id: installation.id,
    account: accountJson(site, account),
    repository_selection: 'selected',
    access_tokens_url: `${api}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${api}/installation/repositories`,
    html_url: `${site.url}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions,
    events: app.hook?.events ?? [],
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
    single_file_name: null,
    suspended_by: null,
    suspended_at: installation.suspended ? installation.createdAt : null,
  };
}
