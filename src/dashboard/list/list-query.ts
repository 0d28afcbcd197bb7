/** What of the list is asked for, as its address says it. */
export interface ListQuery {
  /** Words, each of which has to be found. */
  readonly search: string;
  readonly show: Show;
  /** `here:owner/repo`; empty: all. */
  readonly repository: string;
  readonly cache: CacheFilter;
  readonly sort: Sort;
  /** The `next` of the page before; empty: the first page. */
  readonly after: string;
}

export const shows = ['all', 'open', 'waiting', 'building', 'failing', 'closed'] as const;
/**
 * `waiting`: for a person, or for what blocks it to end. `building`: anything of a build is under way. `failing`: what was
 * built last failed, and it is open.
 */
export type Show = (typeof shows)[number];

export const cacheFilters = ['any', 'warm', 'cold'] as const;
/** Of the newest build: `cold`: some job was built without a cache; `warm`: none was. */
export type CacheFilter = (typeof cacheFilters)[number];

export const sorts = ['changed', 'opened', 'name'] as const;
/** `changed`: what is open first, and of that what moved last. */
export type Sort = (typeof sorts)[number];

export const wholeList: ListQuery = {
  search: '',
  show: 'all',
  repository: '',
  cache: 'any',
  sort: 'changed',
  after: '',
};

/** What an address asks for. What it does not say, or says in words that are not known, is as ever. */
export function listQueryOf(search: string): ListQuery {
  const params = new URLSearchParams(search);
  return {
    search: (params.get('q') ?? '').trim(),
    show: oneOf(shows, params.get('show')),
    repository: params.get('repository') ?? '',
    cache: oneOf(cacheFilters, params.get('cache')),
    sort: oneOf(sorts, params.get('sort')),
    after: params.get('after') ?? '',
  };
}

/** The first of the known words is the default. */
function oneOf<Word extends string>(known: readonly [Word, ...Word[]], word: string | null): Word {
  return known.find((one) => one === word) ?? known[0];
}

/** As an address says it, with its question mark: only what is not as ever, so that what is shared is short. */
export function queryText(query: ListQuery, streams: readonly string[] = []): string {
  const params = new URLSearchParams();
  const say = (name: string, value: string, asEver: string): void => {
    if (value !== asEver) params.set(name, value);
  };
  say('q', query.search, '');
  say('show', query.show, shows[0]);
  say('repository', query.repository, '');
  say('cache', query.cache, cacheFilters[0]);
  say('sort', query.sort, sorts[0]);
  say('after', query.after, '');
  for (const stream of streams) params.append('stream', stream);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
