import type { VNode } from 'preact';
import { duration } from '../../../machines/describe.ts';
import type { BuildJson } from '../../http/pull-json.ts';
import { Ago } from '../shared/ago.tsx';
import { Mark } from '../shared/mark.tsx';
import { Sha } from '../shared/sha.tsx';
import { Took } from '../shared/took.tsx';
import { buildBeginning, savedOf, tookOf } from './build-facts.ts';
import { BuildPlot } from './build-plot.tsx';
import { JobsTable } from './jobs-table.tsx';
import { useModel } from './model-context.ts';
import { Saved } from './saved-time.tsx';

/** Every build with its jobs, newest first: how long it took, why it was warm or cold (C18), what its caches saved. */
export function Builds(): VNode {
  const { builds } = useModel().pull.value;
  const saved = builds.reduce((sum, build) => sum + (savedOf(build) ?? 0), 0);
  return (
    <>
      <h2 id="builds">Builds</h2>
      {builds.length === 0 && <p class="quiet">Nothing was built yet.</p>}
      {builds.some((build) => savedOf(build) !== null) && (
        <p>
          <Saved milliseconds={saved} /> by caches.{' '}
          <span class="quiet">
            An estimate: for each job the median of its last cold builds, less what it took.
          </span>
        </p>
      )}
      <BuildPlot builds={builds} />
      {builds.map((build, index) => (
        <Build key={build.attempt} build={build} isOpen={index === 0} />
      ))}
    </>
  );
}

function Build({ build, isOpen }: { readonly build: BuildJson; readonly isOpen: boolean }): VNode {
  const beginning = buildBeginning(build);
  const saved = savedOf(build);
  const state = build.verdict ?? (build.startedAt === null ? 'asked for' : 'building');
  return (
    <details class="build" open={isOpen}>
      <summary>
        <span class="attempt">Build {build.attempt}</span> <Mark word={state} />
        <span class="beginning">{beginning}</span>
        <span class="took">
          {build.startedAt !== null && <Took from={build.startedAt} to={build.finishedAt} />}
        </span>
        <span class="saved">{saved !== null && <Saved milliseconds={saved} />}</span>
        <span class="when">
          <Ago at={build.askedAt} />
        </span>
      </summary>
      <p>
        {build.description}{' '}
        <span class="quiet">
          {build.commit === build.head ? (
            <>
              commit <Sha commit={build.head} />
            </>
          ) : (
            <>
              overlay <Sha commit={build.commit} /> of <Sha commit={build.head} />
            </>
          )}
          {tookOf(build) !== null && `, took ${duration(tookOf(build) ?? 0)}`}
        </span>
        {', '}
        <a href={build.log} aria-label={`Evaluation log of build ${build.attempt}`}>
          evaluation log
        </a>
      </p>
      {build.jobs.length > 0 && <JobsTable build={build} />}
    </details>
  );
}
