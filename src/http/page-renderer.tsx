import type { Response } from 'express';
import type { ComponentType } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Assets, ScriptNames } from '../dashboard/bundle/assets.ts';
import { loadAssets } from '../dashboard/bundle/load.ts';
import type { EntryName } from '../dashboard/entries.ts';
import { Document } from '../dashboard/shared/document.tsx';
import { embed } from '../dashboard/shared/embedded.ts';
import { harmless } from '../dashboard/shared/harmless.ts';
import { SiteContext, standing } from '../dashboard/shared/site.ts';
import type { Links } from './links.ts';

/** A page for people. */
export interface Page<Data> {
  readonly title: string;
  readonly View: ComponentType<{ readonly data: Data }>;
  readonly data: Data;
  /** What makes it live in the browser; null: nothing does. */
  readonly entry: EntryName | null;
  /** Its address, if the header has a link to it. */
  readonly current?: string;
}

/**
 * Draws pages: the same components draw them here and in the browser, from the same data. Without scripts a page shows
 * everything all the same.
 */
export class PageRenderer {
  readonly links: Links;
  readonly #now: () => number;

  constructor(links: Links, now: () => number) {
    this.links = links;
    this.#now = now;
  }

  async send<Data>(response: Response, page: Page<Data>): Promise<void> {
    const text = this.#draw(page, await loadAssets());
    // A page that was left and is come back to shows what is, not what was.
    if (!response.hasHeader('cache-control')) response.set('cache-control', 'no-store');
    response.type('html').send(text);
  }

  #draw<Data>(page: Page<Data>, { style, scripts }: Assets): string {
    const { View, entry, current = null } = page;
    const site = { base: this.links.base, now: this.#now() };
    // Titles and data alike hold other people's words.
    const { title, data } = harmless({ title: page.title, data: page.data });
    const document = (
      <SiteContext.Provider value={standing(site)}>
        <Document
          title={title}
          links={this.links}
          style={style}
          script={entry === null ? null : scriptOf(scripts, entry)}
          embedded={entry === null ? null : embed({ site, data })}
          current={current}
        >
          <View data={data} />
        </Document>
      </SiteContext.Provider>
    );
    return `<!doctype html>${renderToString(document)}`;
  }
}

function scriptOf(scripts: Assets['scripts'], entry: EntryName): ScriptNames {
  const script = scripts[entry];
  if (script === undefined) throw new Error(`there is no script of ${entry}`);
  return script;
}
