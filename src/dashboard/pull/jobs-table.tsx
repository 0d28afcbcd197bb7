import type { VNode } from 'preact';
import { duration } from '../../../machines/describe.ts';
import type { BuildJson, JobJson } from '../../http/pull-json.ts';
import { Mark } from '../shared/mark.tsx';
import { safeUrl } from '../shared/safe-url.ts';
import { Saved } from './saved-time.tsx';

export function JobsTable({ build }: { readonly build: BuildJson }): VNode {
  return (
    <table class="jobs">
      <caption class="hidden">Jobs of build {build.attempt}</caption>
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">Result</th>
          <th scope="col">Took</th>
          <th scope="col">Saved</th>
          <th scope="col">Why warm or cold</th>
          <th scope="col">Log</th>
        </tr>
      </thead>
      <tbody>
        {build.jobs.map((job) => (
          <Row key={job.name} job={job} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ job }: { readonly job: JobJson }): VNode {
  const elsewhere = safeUrl(job.url);
  return (
    <tr>
      <th scope="row">{job.name}</th>
      <td>
        <Mark word={job.state} />
        {job.error !== null && (
          <details>
            <summary>error</summary>
            <pre tabIndex={0} role="group" aria-label={`What ${job.name} said`}>
              {job.error}
            </pre>
          </details>
        )}
      </td>
      <td class="number">
        {job.built === false
          ? 'not built'
          : job.milliseconds !== null && duration(job.milliseconds)}
      </td>
      <td class="number">{job.saved !== null && <Saved milliseconds={job.saved} />}</td>
      <td>{job.reason}</td>
      <td>
        {job.built !== false && (
          <a href={job.log} aria-label={`Log of ${job.name}`}>
            log
          </a>
        )}
        {elsewhere !== null && (
          <>
            {' '}
            <a href={elsewhere} aria-label={`${job.name} at the CI`}>
              at the CI
            </a>
          </>
        )}
      </td>
    </tr>
  );
}
