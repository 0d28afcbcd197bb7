import { type Answer, ApiError, notFound } from '../answer.ts';
import { type Delivery, succeeded } from '../deliveries.ts';
import { linkTo, listOf, sizeOf } from '../paging.ts';
import { type Call, onRepository, type RepositoryCall, type Route } from '../route.ts';
import { hookJson } from '../shapes/hook.ts';
import type { Json } from '../shapes/json.ts';
import type { Site } from '../site.ts';
import type { Hook } from '../state.ts';

function hookOf({ repository, path }: RepositoryCall): Hook {
  const hook = repository.hooks.find(({ id }) => id === Number(path['hook_id']));
  if (hook === undefined) throw notFound();
  return hook;
}

function deliveryJson(site: Site, { attempt, ...delivery }: Delivery): Json {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: site.stamp(attempt?.at),
    redelivery: delivery.redelivery,
    duration: attempt?.duration ?? 0,
    status: attempt?.status ?? '',
    status_code: attempt?.statusCode ?? 0,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installation?.id ?? null,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

/** Pages by a cursor: what is older than the last delivery of the page before. */
export function deliveriesOf(call: Call, hook: Hook): Answer {
  const { cursor, status } = call.query;
  const before = cursor === undefined ? Infinity : Number(cursor.replace(/^v1_/, ''));
  if (Number.isNaN(before)) throw new ApiError(422, 'Invalid cursor');
  const rest = call.deliveries
    .log(hook)
    .filter(({ id }) => id < before)
    .filter((one) => status === undefined || (status === 'success') === succeeded(one));
  const shown = rest.slice(0, sizeOf(call));
  const last = shown.at(-1);
  const link =
    last === undefined || shown.length === rest.length
      ? {}
      : { link: linkTo(call, 'next', { cursor: `v1_${last.id}` }) };
  return { status: 200, headers: link, body: shown.map((one) => deliveryJson(call.site, one)) };
}

/** Sends one again; the answer does not wait for what comes of it. */
export function redeliver(call: Call, hook: Hook): Answer {
  const id = Number(call.path['delivery_id']);
  const delivery = call.deliveries.log(hook).find((one) => one.id === id);
  if (delivery === undefined) throw notFound();
  void call.deliveries.redeliver(delivery);
  return { status: 202, body: {} };
}

export const hookRoutes: readonly Route[] = [
  onRepository('GET /repos/{owner}/{repo}/hooks', [['repository_hooks', 'read']], (call) =>
    listOf(call, call.repository.hooks, (hook) => hookJson(call.site, call.repository, hook)),
  ),

  onRepository(
    'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries',
    [['repository_hooks', 'read']],
    (call) => deliveriesOf(call, hookOf(call)),
  ),

  onRepository(
    'POST /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts',
    [['repository_hooks', 'write']],
    (call) => redeliver(call, hookOf(call)),
  ),
];
