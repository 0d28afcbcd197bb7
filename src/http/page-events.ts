import type { LoggedEvent } from '../log/stored-event.ts';
import { summarize } from '../replay/summarize.ts';
import { html, type Html } from './html.ts';
import { ago } from './time-element.ts';

/** How many events a page shows. */
export const eventsShown = 100;

/** What happened, newest first. An event that no transition took is there too: it says why nothing came of it. */
export function eventsSection(page: string, events: readonly LoggedEvent[], now: number): Html {
  const oldest = events.at(-1)?.version ?? 1;
  return html`<h2 id="events">Events</h2>
<table>
<thead><tr><th>#<th>When<th>Event<th>State after<th>From</tr></thead>
<tbody>
${events.map((event) => line(event, now))}
</tbody>
</table>
${oldest > 1 && html`<p><a href="${page}?before=${oldest}#events">Earlier events</a></p>`}`;
}

function line(event: LoggedEvent, now: number): Html {
  const { version, recordedAt, data, state, meta } = event;
  const note = meta.held === true ? 'held' : meta.handled ? null : 'not handled';
  const { type, ...rest } = data;
  return html`<tr${note !== null && html` class="unhandled"`}>
<td>${version}
<td>${ago(recordedAt, now)}
<td><details><summary>${type}${note !== null && html` <span class="mark idle">${note}</span>`} <span class="title">${summarize(data)}</span></summary><pre>${JSON.stringify(rest, null, 2)}</pre></details>
<td>${state}
<td>${meta.source}
</tr>
`;
}
