import type { Answer } from './answer.ts';
import type { Call } from './route.ts';
import type { Json } from './shapes/json.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly headers: Readonly<Record<string, string>>;
}

/** One page of many, 30 items unless `per_page` says another number up to 100, with links to the others. */
export function pageOf<Item>(call: Call, items: readonly Item[]): Page<Item> {
  const size = sizeOf(call);
  const page = Math.max(1, Number.parseInt(call.query['page'] ?? '1', 10) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const links: Record<string, number> = {
    ...(page > 1 ? { prev: page - 1 } : {}),
    ...(page < last ? { next: page + 1, last } : {}),
    ...(page > 1 ? { first: 1 } : {}),
  };
  const link = Object.entries(links)
    .map(([rel, to]) => linkTo(call, rel, { page: String(to) }))
    .join(', ');
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: link === '' ? {} : { link },
  };
}

export function listOf<Item>(
  call: Call,
  items: readonly Item[],
  json: (item: Item) => Json,
): Answer {
  const page = pageOf(call, items);
  return { status: 200, headers: page.headers, body: page.items.map(json) };
}

export function sizeOf(call: Call): number {
  const asked = Number.parseInt(call.query['per_page'] ?? '30', 10) || 30;
  return Math.min(100, Math.max(1, asked));
}

export function linkTo(call: Call, rel: string, more: Record<string, string>): string {
  return `<${call.self}?${new URLSearchParams({ ...call.query, ...more }).toString()}>; rel="${rel}"`;
}
