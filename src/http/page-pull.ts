import { type Snapshot, stateText } from '../../machines/fold.ts';
import type { EffectRow } from '../log/schema.ts';
import type { LoggedEvent } from '../log/stored-event.ts';
import { html, type Html } from './html.ts';
import { layout } from './layout.ts';
import type { Links } from './links.ts';
import { buildsSection } from './page-builds.ts';
import { eventsSection } from './page-events.ts';
import { type BuildJson, nameOf } from './pull-json.ts';
import type { ListedPull } from './read-pulls.ts';
import { ago } from './time-element.ts';
import { waitsFor } from '../engine/waits-for.ts';
import { mark, sha } from './words.ts';

/** All that the page of a pull request, or of a branch, shows. */
export interface PullPage {
  readonly row: ListedPull;
  readonly snapshot: Snapshot;
  readonly held: string | null;
  readonly pending: readonly EffectRow[];
  readonly builds: readonly BuildJson[];
  /** Newest first. */
  readonly events: readonly LoggedEvent[];
  readonly now: number;
}

export function pullPage(links: Links, page: PullPage): Html {
  const { row, builds, events, now } = page;
  return layout(
    links,
    nameOf(row),
    html`<h1>${row.title ?? nameOf(row)}</h1>
<p class="name">${nameOf(row)}${row.author !== null && html` by ${row.author}`}</p>
${facts(page)}
${statusesSection(page)}
${buildsSection(builds, now)}
${eventsSection(links.pull(row), events, now)}`,
  );
}

function facts(page: PullPage): Html {
  const { row, snapshot, held, now } = page;
  const { verdict, head } = snapshot.context;
  const waits = waitsFor(page, now);
  const policy = snapshot.context.policy;
  return html`<dl>
<dt>State<dd>${mark(held === null ? stateText(snapshot.value) : 'held')}
<dt>Waits for<dd>${waits ?? 'nothing'}
<dt>Verdict<dd>${verdict === null ? 'none yet' : html`${mark(verdict.state)} ${verdict.description}`}
<dt>Head<dd>${sha(head)}
${
  snapshot.kind === 'pull' &&
  html`<dt>Cache branch<dd><code>${policy?.cacheBranch}</code> at ${sha(snapshot.context.branchTip)}
<dt>Base<dd>${snapshot.context.pull?.base}`
}
<dt>First seen<dd>${ago(row.opened_at, now)}
</dl>`;
}

function statusesSection({ snapshot }: PullPage): Html | null {
  const { statuses } = snapshot.context;
  if (statuses.length === 0) return null;
  return html`<h2>Statuses</h2>
<table>
<thead><tr><th>Commit<th>Context<th>State<th>Description<th>Delivery</tr></thead>
<tbody>
${statuses.map(
  (
    status,
  ) => html`<tr><td>${sha(status.commit)}<td>${status.context}<td>${mark(status.state)}<td>${status.description}<td>${status.delivery}</tr>
`,
)}
</tbody>
</table>`;
}
