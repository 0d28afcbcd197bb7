import type { SiteData } from './site.ts';

/** What a page was drawn from, which stands in it so that the browser can go on from there. */
export interface Embedded<Data> {
  readonly site: SiteData;
  readonly data: Data;
}

export const embeddedId = 'data';

/** As text inside of a script element, which nothing in it can end (F5). */
export function embed<Data>(embedded: Embedded<Data>): string {
  return JSON.stringify(embedded).replaceAll('<', '\\u003c');
}

/** What the page that is shown was drawn from. */
export function readEmbedded<Data>(): Embedded<Data> {
  return JSON.parse(document.getElementById(embeddedId)?.textContent ?? 'null');
}
