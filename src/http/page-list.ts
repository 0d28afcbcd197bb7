import { html, type Html } from './html.ts';
import { layout } from './layout.ts';
import type { Links } from './links.ts';
import { nameOf } from './pull-json.ts';
import type { ListedPull } from './read-pulls.ts';
import { ago } from './time-element.ts';
import { mark, sha } from './words.ts';

/** All pull requests and branches; what is open first. */
export function listPage(links: Links, rows: readonly ListedPull[], now: number): Html {
  const content =
    rows.length === 0
      ? html`<p>Nothing has been seen yet. A pull request shows up here when it is opened or pushed to, or at the next
look at the forge.</p>`
      : html`<table>
<thead><tr><th>Pull request<th>State<th>Verdict<th>Head<th>Changed</tr></thead>
<tbody>
${rows.map((row) => line(links, row, now))}
</tbody>
</table>`;
  return layout(
    links,
    'Pull requests',
    html`<h1>Pull requests and branches</h1>
${content}`,
  );
}

function line(links: Links, row: ListedPull, now: number): Html {
  return html`<tr>
<td><a href="${links.pull(row)}">${nameOf(row)}</a>${row.title !== null && html`<br><span class="title">${row.title}</span>`}
<td>${mark(row.held === null ? row.state : 'held')}
<td>${row.verdict !== null && mark(row.verdict)} ${row.held ?? row.description}
<td>${sha(row.head)}
<td>${ago(row.updated_at, now)}
</tr>
`;
}
