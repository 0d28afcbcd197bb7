import type { VNode } from 'preact';
import type { BuildJson, JobJson } from '../../http/pull-json.ts';
import type { FinishedJson } from '../../http/pull-detail.ts';
import { safeUrl } from '../shared/safe-url.ts';
import { useModel } from './model-context.ts';
import { StepLink } from './step-link.tsx';

/** Why the newest verdict is a bad one: the jobs that failed, with what they said last. */
export function Failure(): VNode | null {
  const { builds, lastFinished, verdict } = useModel().pull.value;
  if (verdict !== 'failure' && verdict !== 'error') return null;
  const build = builds.find(({ attempt }) => attempt === lastFinished?.attempt);
  if (build === undefined || lastFinished === null) return null;
  const failed = build.jobs.filter(({ state }) => state === 'failure' || state === 'error');
  const { error } = lastFinished;
  if (failed.length === 0 && error === null) return null;
  return (
    <section class="failure" aria-labelledby="failure">
      <h2 id="failure">Why it failed</h2>
      {error !== null && <WholeBuild build={build} error={error} />}
      {failed.map((job) => (
        <FailedJob key={job.name} job={job} />
      ))}
      {lastFinished.version > 1 && (
        <p>
          <StepLink to={lastFinished.version - 1} scrolls>
            Go back to before it failed
          </StepLink>
        </p>
      )}
    </section>
  );
}

const errorWords = new Map([
  ['evaluation', 'It does not evaluate'],
  ['missing-path', 'A cache path is gone'],
  ['cancelled', 'The CI cancelled it'],
  ['infrastructure', 'The CI itself failed'],
]);

function WholeBuild({
  build,
  error,
}: {
  readonly build: BuildJson;
  readonly error: NonNullable<FinishedJson['error']>;
}): VNode {
  const what = errorWords.get(error.kind) ?? error.kind;
  return (
    <div class="failed-job">
      <h3>{what}</h3> <a href={build.log}>evaluation log</a>
      {error.message !== '' && <ErrorText of={what} text={error.message} />}
    </div>
  );
}

function FailedJob({ job }: { readonly job: JobJson }): VNode {
  const elsewhere = safeUrl(job.url);
  return (
    <div class="failed-job">
      <h3>{job.name}</h3>{' '}
      <span class="quiet">{job.state === 'error' ? 'the CI failed' : job.reason}</span>{' '}
      <a href={job.log} aria-label={`Log of ${job.name}`}>
        log
      </a>
      {elsewhere !== null && (
        <>
          {' '}
          <a href={elsewhere} aria-label={`${job.name} at the CI`}>
            at the CI
          </a>
        </>
      )}
      {job.error !== null && <ErrorText of={job.name} text={job.error} />}
    </div>
  );
}

/** The first lines of an error; the log has all of it. It can be scrolled with the keyboard. */
function ErrorText({ of, text }: { readonly of: string; readonly text: string }): VNode {
  return (
    <pre class="error" tabIndex={0} role="group" aria-label={`What ${of} said`}>
      {text.split('\n').slice(0, 15).join('\n')}
    </pre>
  );
}
