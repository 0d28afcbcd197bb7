import { duration } from '../../machines/describe.ts';
import { safeUrl } from '../dashboard/shared/safe-url.ts';
import { html, type Html } from './html.ts';
import type { BuildJson, JobJson } from './pull-json.ts';
import { ago } from './time-element.ts';
import { mark, sha } from './words.ts';

/** Every build with its jobs, newest first, and why each job was warm, cold, or not built (C18). */
export function buildsSection(builds: readonly BuildJson[], now: number): Html {
  return html`<h2>Builds</h2>
${builds.length === 0 ? html`<p>Nothing was built yet.</p>` : builds.map((build) => section(build, now))}`;
}

function section(build: BuildJson, now: number): Html {
  return html`<section>
<h3>Attempt ${build.attempt} ${mark(build.verdict ?? (build.startedAt === null ? 'asked for' : 'building'))}</h3>
<p>${build.description}</p>
<p class="name">${build.commit === build.head ? html`commit ${sha(build.head)}` : html`overlay ${sha(build.commit)} of ${sha(build.head)}`}, asked for ${ago(build.askedAt, now)}${took(build)};
<a href="${build.log}">evaluation log</a></p>
${build.jobs.length > 0 && jobsTable(build.jobs)}
</section>
`;
}

function took({ startedAt, finishedAt }: BuildJson): string {
  return startedAt === null || finishedAt === null
    ? ''
    : `, took ${duration(finishedAt - startedAt)}`;
}

function jobsTable(jobs: readonly JobJson[]): Html {
  return html`<table>
<thead><tr><th>Job<th>Result<th>Took<th>Why<th>Log</tr></thead>
<tbody>
${jobs.map(
  (job) => html`<tr>
<td>${job.name}
<td>${mark(job.state)}${job.error !== null && html`<details><summary>error</summary><pre>${job.error}</pre></details>`}
<td>${job.built === false ? 'not built' : job.milliseconds !== null && duration(job.milliseconds)}
<td>${job.reason}
<td>${logLinks(job)}
</tr>
`,
)}
</tbody>
</table>`;
}

function logLinks(job: JobJson): Html {
  const elsewhere = safeUrl(job.url);
  return html`${job.built !== false && html`<a href="${job.log}">log</a>`}${elsewhere !== null && html` <a href="${elsewhere}">at the CI</a>`}`;
}
