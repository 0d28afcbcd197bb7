import type { VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { listen } from '../shared/live.ts';
import { useSite } from '../shared/site.ts';
import { KeysHelp } from './keys-help.tsx';
import { Filters } from './filters.tsx';
import type { ListData } from './list-data.ts';
import { ListModel } from './list-model.ts';
import { queryText, wholeList } from './list-query.ts';
import { RowsTable } from './rows-table.tsx';
import { useKeys } from './use-keys.ts';

/** All pull requests and branches. */
export function ListView({ data }: { readonly data: ListData }): VNode {
  const { links } = useSite();
  const model = useMemo(() => new ListModel(data, links), []);
  const keys = useKeys();
  useEffect(() => {
    const unlisten = listen(links.api('stream'), {
      onEvent: ({ stream }) => model.note(stream),
      onLost: () => (model.link.value = 'lost'),
      onOpen: (wasLost) => {
        model.link.value = 'live';
        if (wasLost) void model.catchUp();
      },
    });
    const rest = model.keepFresh();
    const goBack = (): void => void model.goBack();
    addEventListener('popstate', goBack);
    return () => {
      unlisten();
      rest();
      removeEventListener('popstate', goBack);
    };
  }, [model]);
  return (
    <>
      <div class="title-line">
        <h1>Pull requests</h1>
        <LinkState model={model} />
        <KeysHelp keys={keys} />
      </div>
      <Filters model={model} />
      <Found model={model} />
    </>
  );
}

/** Whether what is seen is what is, and what has happened: told aloud too, but only in a few words. */
function LinkState({ model }: { readonly model: ListModel }): VNode {
  const { value: link } = model.link;
  const failure = model.failure.value;
  const isLost = link === 'lost' || failure !== null;
  return (
    <p class={`link-state ${isLost ? 'bad' : link}`} role="status">
      {link === 'lost'
        ? 'Connection lost; what is shown may be old. Trying again…'
        : failure !== null
          ? `Not up to date: ${failure}`
          : [link === 'live' && 'Live', model.said.value].filter(Boolean).join(' · ')}
    </p>
  );
}

function Found({ model }: { readonly model: ListModel }): VNode {
  const { links } = useSite();
  const { rows, query, counts, next } = model.data.value;
  const count = counts[query.show];
  if (rows.length === 0)
    return (
      <div class="nothing">
        {counts.all === 0 && queryText(query) === '' ? (
          <p>
            Nothing has been seen yet. A pull request shows up here when it is opened or pushed to,
            or at the next look at the forge.
          </p>
        ) : (
          <p>
            Nothing is like that. <a href={links.home}>Show all</a>
          </p>
        )}
      </div>
    );
  const home = (changed: Partial<typeof query>): string =>
    `${links.home}${queryText({ ...wholeList, ...query, ...changed })}`;
  return (
    <>
      <RowsTable rows={rows} fresh={model.fresh.value} />
      <nav class="pages" aria-label="Pages of the list">
        <span class="quiet">
          {rows.length} of {count}
        </span>
        {query.after !== '' && <a href={home({ after: '' })}>First page</a>}
        {next !== null && (
          <a href={home({ after: next })} rel="next">
            Next page
          </a>
        )}
      </nav>
    </>
  );
}
