import type { Site } from '../site.ts';
import type { App, CheckRun, HostedRepository, Status } from '../state.ts';
import { accountJson } from './account.ts';
import { type Json, nodeId } from './json.ts';
import { apiUrlOf, htmlUrlOf, minimalRepositoryJson } from './repository.ts';

export function statusJson(site: Site, repository: HostedRepository, status: Status): Json {
  return {
    ...combinedPart(site, repository, status),
    creator: accountJson(site, status.creator),
  };
}

function combinedPart(site: Site, repository: HostedRepository, status: Status): Json {
  return {
    url: `${apiUrlOf(site, repository)}/statuses/${status.sha}`,
    avatar_url: `${site.url}/avatars/u/${status.creator.id}`,
    id: status.id,
    node_id: nodeId('SC', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.at,
    updated_at: status.at,
  };
}

/** The newest status of every context, newest first. */
export function newestOf(statuses: readonly Status[]): Status[] {
  const newest = new Map<string, Status>();
  for (const status of statuses.toReversed())
    if (!newest.has(status.context)) newest.set(status.context, status);
  return [...newest.values()];
}

export function combinedJson(
  site: Site,
  repository: HostedRepository,
  sha: string,
  shown: readonly Status[],
): Json {
  const newest = newestOf(repository.statuses.filter((status) => status.sha === sha));
  const has = (state: Status['state']): boolean => newest.some((status) => status.state === state);
  const whole = has('failure') || has('error') ? 'failure' : has('pending') ? 'pending' : null;
  const url = `${apiUrlOf(site, repository)}/commits/${sha}`;
  return {
    state: whole ?? (newest.length === 0 ? 'pending' : 'success'),
    statuses: shown.map((status) => combinedPart(site, repository, status)),
    sha,
    total_count: newest.length,
    repository: minimalRepositoryJson(site, repository),
    commit_url: url,
    url: `${url}/status`,
  };
}

export function appJson(site: Site, app: App): Json {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    client_id: `Iv1.${app.id}`,
    owner: accountJson(site, app.owner),
    name: app.slug,
    description: null,
    external_url: `${site.url}/apps/${app.slug}`,
    html_url: `${site.url}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: app.hook?.events ?? [],
  };
}

export function checkRunJson(site: Site, repository: HostedRepository, run: CheckRun): Json {
  const url = `${apiUrlOf(site, repository)}/check-runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CR', run.id),
    head_sha: run.sha,
    external_id: run.externalId,
    url,
    html_url: `${htmlUrlOf(site, repository)}/runs/${run.id}`,
    details_url: run.detailsUrl ?? `${site.url}/apps/${run.app.slug}`,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.output?.title ?? null,
      summary: run.output?.summary ?? null,
      text: run.output?.text ?? null,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite },
    app: appJson(site, run.app),
    pull_requests: [...repository.pulls.values()]
      .filter(({ state, head }) => state === 'open' && head.sha === run.sha)
      .filter(({ head }) => head.repository?.id === repository.id)
      .map((pull) => ({
        url: `${apiUrlOf(site, repository)}/pulls/${pull.number}`,
        id: pull.id,
        number: pull.number,
        head: {
          ref: pull.head.branch,
          sha: pull.head.sha,
          repo: shortRepository(site, repository),
        },
        base: {
          ref: pull.base.branch,
          sha: pull.base.sha,
          repo: shortRepository(site, repository),
        },
      })),
  };
}

function shortRepository(site: Site, repository: HostedRepository): Json {
  return { id: repository.id, url: apiUrlOf(site, repository), name: repository.name };
}
