import { z } from 'zod';
import type { Access } from '../access.ts';
import { type Api, ownerAndRepo } from '../api.ts';
import { deliveries, hookFields, isOurs } from '../redeliver.ts';
import { bad, type Finding, good, isCode } from './finding.ts';
import { installation } from './permissions.ts';

const appHook = z.object({ url: z.string().nullish(), content_type: z.string().nullish() });

const used = [
  'pull_request',
  'push',
  'merge_group',
  'issue_comment',
  'check_run',
  'status',
  'repository',
];

/** A webhook, as far as it can be wrong. */
interface Hook {
  readonly url: string | null;
  readonly contentType: string | null;
  readonly events: readonly string[];
  readonly active: boolean;
  /** HTTP status of our newest answer; null: it has not delivered anything. */
  readonly answered: number | null;
}

export async function webhookFindings(
  access: Access,
  api: Api,
  repository: string,
  expected: { readonly name: string; readonly url: string },
): Promise<readonly Finding[]> {
  let hook: Hook | null;
  try {
    hook = await (access.app === null
      ? repositoryHook(api, repository, expected)
      : hookOfApp(access.app.api, repository));
  } catch (error) {
    if (!isCode(error, 'denied', 'not-found')) throw error;
    return [
      bad(
        `webhook: this token may not look at webhooks (webhooks: write, which also lets Orthrus ask again for missed deliveries); ${howToMake(expected.url)}`,
      ),
    ];
  }
  if (hook === null || hook.url === null || hook.url === '')
    return [bad(`webhook: there is none for "${expected.name}"; ${howToMake(expected.url)}`)];
  const faults = faultsOf(hook, expected.url);
  return [
    faults.length === 0
      ? good(`webhook: ${expected.url}, application/json, all events`)
      : bad(`webhook: ${faults.join('; ')}`),
    deliveryFinding(hook.answered),
  ];
}

function howToMake(url: string): string {
  return `make sure that there is one to ${url} with content type application/json, the secret of the configuration, and the events ${used.join(', ')}`;
}

function faultsOf(hook: Hook, url: string): readonly string[] {
  const missing = hook.events.includes('*') ? [] : used.filter((on) => !hook.events.includes(on));
  return [
    ...(hook.url === url ? [] : [`it goes to ${hook.url} and should go to ${url}`]),
    ...(hook.contentType === 'json' ? [] : ['its content type must be application/json']),
    ...(hook.active ? [] : ['it is not active']),
    ...(missing.length === 0 ? [] : [`it does not send ${missing.join(', ')}`]),
  ];
}

function deliveryFinding(answered: number | null): Finding {
  if (answered === null) return good('last delivery: none yet');
  if (answered >= 200 && answered < 300) return good(`last delivery: answered ${answered}`);
  const why =
    answered === 0
      ? 'GitHub could not reach the service'
      : answered === 401
        ? "answered 401: the webhook's secret is not the one of the configuration"
        : `answered ${answered}`;
  return bad(`last delivery: ${why}`);
}

async function repositoryHook(
  api: Api,
  repository: string,
  { name, url }: { readonly name: string; readonly url: string },
): Promise<Hook | null> {
  const hooks = await api.get(z.array(hookFields), 'GET /repos/{owner}/{repo}/hooks', {
    ...ownerAndRepo(repository),
    per_page: 100,
  });
  const hook =
    hooks.find(({ config }) => config.url === url) ??
    hooks.find(({ config }) => isOurs(config.url, name));
  if (hook === undefined) return null;
  const newest = await api.get(deliveries, 'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries', {
    ...ownerAndRepo(repository),
    hook_id: hook.id,
    per_page: 1,
  });
  return {
    url: hook.config.url ?? null,
    contentType: hook.config.content_type ?? null,
    events: hook.events ?? [],
    active: hook.active !== false,
    answered: answerOf(newest),
  };
}

async function hookOfApp(app: Api, repository: string): Promise<Hook> {
  const config = await app.get(appHook, 'GET /app/hook/config', {});
  const route = 'GET /repos/{owner}/{repo}/installation';
  const { events } = await app.get(installation, route, ownerAndRepo(repository));
  const newest = await app.get(deliveries, 'GET /app/hook/deliveries', { per_page: 1 });
  return {
    url: config.url ?? null,
    contentType: config.content_type ?? null,
    events,
    active: true,
    answered: answerOf(newest),
  };
}

function answerOf([newest]: z.infer<typeof deliveries>): number | null {
  return newest === undefined ? null : (newest.status_code ?? 0);
}
