import { html, type Html } from './html.ts';
import type { HttpError } from './http-error.ts';
import { layout } from './layout.ts';
import type { Links } from './links.ts';

/** An error, for people. */
export function errorPage(links: Links, { status, message }: HttpError): Html {
  return layout(
    links,
    String(status),
    html`<h1>${status}</h1>
<p>${message}</p>
<p><a href="${links.home}">All pull requests</a></p>`,
  );
}
