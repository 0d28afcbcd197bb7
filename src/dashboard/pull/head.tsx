import type { VNode } from 'preact';
import { Ago } from '../shared/ago.tsx';
import { Mark } from '../shared/mark.tsx';
import { safeUrl } from '../shared/safe-url.ts';
import { Sha } from '../shared/sha.tsx';
import { useModel } from './model-context.ts';

/** What it is called, who made it, how it stands now, and what it waits for. */
export function Head(): VNode {
  const model = useModel();
  const pull = model.pull.value;
  // What it waits for says since when, and changes all the time: only a new state is read out.
  const isNews = pull.state !== model.data.pull.state;
  const forge = safeUrl(pull.forgePage);
  const ci = safeUrl(pull.builds[0]?.jobs.find(({ url }) => url !== null)?.url ?? null);
  return (
    <div class="head">
      <h1>{pull.title ?? pull.pull}</h1>
      <p class="quiet">
        {pull.title !== null && <span class="name">{pull.pull} </span>}
        {pull.author !== null && <>by {pull.author} </>}
        {pull.base !== null && (
          <>
            into <code>{pull.base}</code>{' '}
          </>
        )}
        {(pull.title ?? pull.author ?? pull.base) !== null && '· '}
        first seen <Ago at={pull.openedAt} />
        {forge !== null && (
          <>
            {' · '}
            <a href={forge}>at the forge</a>
          </>
        )}
        {ci !== null && (
          <>
            {' · '}
            <a href={ci}>at the CI</a>
          </>
        )}
      </p>
      <p class="waits">
        <Mark word={pull.held === null ? pull.state : 'held'} />{' '}
        {pull.waitsFor ?? 'It waits for nothing.'}
      </p>
      <Facts />
      <p class="hidden" role="status">
        {isNews && `Now ${pull.state}.`}
      </p>
    </div>
  );
}

function Facts(): VNode {
  const pull = useModel().pull.value;
  return (
    <dl class="facts">
      <dt>Verdict</dt>
      <dd>
        {pull.verdict === null ? (
          <span class="quiet">none yet</span>
        ) : (
          <>
            <Mark word={pull.verdict} /> {pull.description}
          </>
        )}
      </dd>
      <dt>Head</dt>
      <dd>
        <Sha commit={pull.head} />
      </dd>
      {pull.cacheBranch !== null && (
        <>
          <dt>Cache branch</dt>
          <dd>
            <code>{pull.cacheBranch}</code> at <Sha commit={pull.branchTip} />
          </dd>
        </>
      )}
      <dt>Statuses</dt>
      <dd>
        <Statuses />
      </dd>
      <dt>Next it takes</dt>
      <dd>
        <Accepted types={pull.accepts} />
      </dd>
    </dl>
  );
}

/** What would be taken next; all else would change nothing. */
function Accepted({ types }: { readonly types: readonly string[] }): VNode {
  const [first, second, ...others] = types.map((type) => <code key={type}>{type}</code>);
  if (others.length === 0)
    return <span class="accepts">{first === undefined ? 'nothing' : [first, second]}</span>;
  return (
    <details class="accepts">
      <summary>
        {first} {second} and {others.length} more
      </summary>
      {others}
    </details>
  );
}

function Statuses(): VNode {
  const { statuses } = useModel().pull.value;
  if (statuses.length === 0) return <span class="quiet">none</span>;
  return (
    <ul class="statuses">
      {statuses.map((status) => (
        <li key={`${status.commit} ${status.context}`}>
          <code>{status.context}</code> <Mark word={status.state} /> on{' '}
          <Sha commit={status.commit} />, {status.delivery}
        </li>
      ))}
    </ul>
  );
}
