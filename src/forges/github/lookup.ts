import type { z } from 'zod';
import { type Api, type Parameters, shapely } from './api.ts';
import { BoundedMap } from './bounded-map.ts';

/** One answer of a list; `next`: what to ask for to get the next one. */
export interface Page<T> {
  readonly data: T;
  readonly next: Parameters | null;
}

interface Remembered<T> extends Page<T> {
  readonly etag: string;
}

/**
 * One GET of GitHub's, whose answers are remembered by their ETag: an answer that has not changed (304) costs nothing
 * of the rate limit, and is not parsed again. Each ETag belongs to the token it was got with, so it is kept by its Api.
 */
export class Lookup<T> {
  readonly #shape: z.ZodType<T>;
  readonly #route: string;
  readonly #known = new WeakMap<Api, BoundedMap<string, Remembered<T>>>();

  constructor(route: string, shape: z.ZodType<T>) {
    this.#route = route;
    this.#shape = shape;
  }

  async page(api: Api, parameters: Parameters): Promise<Page<T>> {
    const known = this.#known.get(api) ?? new BoundedMap<string, Remembered<T>>(500);
    this.#known.set(api, known);
    const key = JSON.stringify(parameters);
    const before = known.get(key);
    const answer = await api.request(this.#route, parameters, before?.etag ?? null);
    if (answer.status === 304 && before !== undefined) return before;
    const data = shapely(this.#shape, this.#route, answer.data);
    const page = { data, next: nextOf(answer.headers['link'], parameters) };
    const { etag } = answer.headers;
    if (etag === undefined || isFullAndLast(page, parameters)) known.delete(key);
    else known.set(key, { ...page, etag });
    return page;
  }

  async get(api: Api, parameters: Parameters): Promise<T> {
    return (await this.page(api, parameters)).data;
  }

  /** Page by page, as far as the caller wants to read. */
  async *pages(api: Api, parameters: Parameters): AsyncGenerator<T> {
    let next: Parameters | null = parameters;
    while (next !== null) {
      const page: Page<T> = await this.page(api, next);
      yield page.data;
      next = page.next;
    }
  }
}

/** What comes after such a page begins another one, and leaves this one with its ETag as it was. */
function isFullAndLast({ data, next }: Page<unknown>, { per_page: size }: Parameters): boolean {
  return next === null && Array.isArray(data) && data.length === size;
}

/**
 * The Link header's next page, as parameters of the same route: only its query is taken, so that no answer can send the
 * token to another server.
 */
function nextOf(link: string | undefined, parameters: Parameters): Parameters | null {
  const url = /<([^<>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
  if (url === undefined || !URL.canParse(url)) return null;
  return { ...parameters, ...Object.fromEntries(new URL(url).searchParams) };
}
