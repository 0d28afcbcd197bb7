import { batch, signal } from '@preact/signals';
import type { Links } from '../../http/links.ts';
import { fetchJson } from '../shared/fetch-json.ts';
import type { ListData, ListNews } from './list-data.ts';
import { type ListQuery, listQueryOf, queryText } from './list-query.ts';
import { mergeNews } from './merge-news.ts';

/** So many are asked for at a time, and no longer an address is made. */
const mostAtOnce = 50;
const longestAddress = 4000;

/** Of more streams than that it is not each that is asked for, but what is on the screen, and the first page. */
const mostToName = 150;

/** Events come in bursts: the first is waited with so long, so that what comes with it is asked for at once. */
const gatherFor = 150;

/** What is under way says since when: that is asked for again after so long. */
const refreshEvery = 20_000;

/** The list as it is on the screen, and what changes it. */
export class ListModel {
  readonly data;
  /** `off`: nobody listens, as on the server. */
  readonly link = signal<'off' | 'live' | 'lost'>('off');
  /** What has happened since the page was opened, in a few words, for those who do not see it. */
  readonly said = signal('');
  /** What stands in the search box: the query that is answered may be behind it. */
  readonly typed;
  /** The rows that have just changed. */
  readonly fresh = signal<ReadonlySet<string>>(new Set());
  readonly failure = signal<string | null>(null);
  readonly #links: Links;
  readonly #waiting = new Set<string>();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #asked = new AbortController();

  constructor(data: ListData, links: Links) {
    this.data = signal(data);
    this.typed = signal(data.query.search);
    this.#links = links;
  }

  /** Asks for another list, which is then the page's address. */
  async ask(query: ListQuery, history: 'push' | 'replace' | 'none'): Promise<void> {
    const address = `${this.#links.home}${queryText(query)}`;
    if (history === 'push') window.history.pushState(null, '', address);
    if (history === 'replace') window.history.replaceState(null, '', address);
    this.data.value = { ...this.data.value, query };
    this.#asked.abort();
    this.#asked = new AbortController();
    const { signal: ended } = this.#asked;
    await this.#trying(async () => {
      const data = await fetchJson<ListData>(this.#links.api(`list${queryText(query)}`), ended);
      if (ended.aborted) return;
      batch(() => {
        this.data.value = { ...data, query };
        this.said.value = `${data.counts[query.show]} found`;
      });
    });
  }

  /** The address was gone back to. */
  async goBack(): Promise<void> {
    const query = listQueryOf(window.location.search);
    this.typed.value = query.search;
    await this.ask(query, 'none');
  }

  /** Something happened to a stream; its row is asked for soon, together with what else happens by then. */
  note(stream: string): void {
    this.#waiting.add(stream);
    if (this.#gathering !== undefined) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      const streams = [...this.#waiting];
      this.#waiting.clear();
      void (streams.length > mostToName ? this.catchUp() : this.refresh(streams));
    }, gatherFor);
  }

  /** Asks for all that is on the screen, and for what is new. */
  async catchUp(): Promise<void> {
    const { rows, query } = this.data.value;
    await this.refresh(rows.map(({ stream }) => stream));
    if (query.after !== '') return;
    await this.#trying(async () => {
      const data = await fetchJson<ListData>(this.#links.api(`list${queryText(query)}`));
      this.#take(query, { rows: data.rows, others: [], counts: data.counts });
    });
  }

  async refresh(streams: readonly string[]): Promise<void> {
    const { query } = this.data.value;
    const first = { ...query, after: '' };
    for (const some of inParts(streams))
      await this.#trying(async () => {
        const address = this.#links.api(`list${queryText(first, some)}`);
        this.#take(query, await fetchJson<ListNews>(address));
      });
  }

  /** @returns a function that ends it */
  keepFresh(): () => void {
    const timer = setInterval(() => {
      const { rows } = this.data.value;
      const underWay = rows.filter(({ waitsFor }) => waitsFor !== null);
      if (!document.hidden) void this.refresh(underWay.map(({ stream }) => stream));
    }, refreshEvery);
    return () => clearInterval(timer);
  }

  /** What came of a question, unless another list has been asked for meanwhile. */
  #take(asked: ListQuery, news: ListNews): void {
    const { data } = this;
    const { query, rows: before } = data.value;
    if (query !== asked) return;
    const takesNew = query.after === '' && query.sort !== 'name';
    const { rows, changed, added } = mergeNews(before, news, takesNew);
    batch(() => {
      data.value = { ...data.value, rows, counts: news.counts };
      if (changed.length + added.length === 0) return;
      this.fresh.value = new Set([...changed, ...added]);
      this.said.value = saidOf(changed.length, added.length);
    });
  }

  async #trying(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
      this.failure.value = null;
    } catch (error) {
      const isCalledOff = error instanceof DOMException && error.name === 'AbortError';
      if (!isCalledOff) this.failure.value = error instanceof Error ? error.message : '';
    }
  }
}

function saidOf(changed: number, added: number): string {
  const parts = [added > 0 && `${added} new`, changed > 0 && `${changed} changed`];
  return parts.filter((part) => part !== false).join(', ');
}

function* inParts(streams: readonly string[]): Generator<readonly string[]> {
  let part: string[] = [];
  let length = 0;
  for (const stream of streams) {
    const more = encodeURIComponent(stream).length + 8;
    if (part.length === mostAtOnce || length + more > longestAddress) {
      yield part;
      part = [];
      length = 0;
    }
    part.push(stream);
    length += more;
  }
  if (part.length > 0) yield part;
}
