import type { TargetedEvent, VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { useSite } from '../shared/site.ts';
import type { ListModel } from './list-model.ts';
import {
  cacheFilters,
  listQueryOf,
  type Show,
  shows,
  type Sort,
  sorts,
  type CacheFilter,
} from './list-query.ts';

/** Who types is waited for so long. */
const typingPause = 120;

/** What of the list is shown. Without scripts it is a form whose button asks for it. */
export function Filters({ model }: { readonly model: ListModel }): VNode {
  const { links } = useSite();
  const { query, counts, repositories } = model.data.value;
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const ask = (form: HTMLFormElement, history: 'push' | 'replace'): void => {
    clearTimeout(typing.current);
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form))
      if (typeof value === 'string') asked.set(name, value);
    void model.ask(listQueryOf(asked.toString()), history);
  };
  const typed = ({ currentTarget: { form, value } }: TargetedEvent<HTMLInputElement>): void => {
    model.typed.value = value;
    clearTimeout(typing.current);
    typing.current = setTimeout(() => form !== null && ask(form, 'replace'), typingPause);
  };
  const chosen = ({
    currentTarget: { form },
  }: TargetedEvent<HTMLInputElement | HTMLSelectElement>): void => {
    if (form !== null) ask(form, 'push');
  };
  return (
    <form
      class="filters"
      role="search"
      action={links.home}
      method="get"
      onSubmit={(event) => {
        event.preventDefault();
        ask(event.currentTarget, 'push');
      }}
    >
      <label class="search">
        <span class="hidden">Search: number, title, author, repository, branch or sha</span>
        <input
          type="search"
          name="q"
          id="search"
          value={model.typed.value}
          placeholder="Number, title, author, repository, branch or sha"
          autocomplete="off"
          spellcheck={false}
          aria-keyshortcuts="/"
          onInput={typed}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <fieldset class="shows">
        <legend class="hidden">Show</legend>
        {shows.map((show) => (
          <label key={show}>
            <input
              type="radio"
              name="show"
              value={show}
              checked={show === query.show}
              onChange={chosen}
            />
            <span>
              {showTexts[show]} <span class="count">{counts[show]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Choice label="Repository" name="repository" value={query.repository} onChange={chosen}>
        {[['', 'all'], ...repositories.map((name) => [name, name] as const)]}
      </Choice>
      <Choice label="Cache" name="cache" value={query.cache} onChange={chosen}>
        {cacheFilters.map((one) => [one, cacheTexts[one]])}
      </Choice>
      <Choice label="Sort by" name="sort" value={query.sort} onChange={chosen}>
        {sorts.map((one) => [one, sortTexts[one]])}
      </Choice>
      <button type="submit">Show</button>
    </form>
  );
}

function Choice({
  label,
  name,
  value,
  onChange,
  children,
}: {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly onChange: (event: TargetedEvent<HTMLSelectElement>) => void;
  readonly children: readonly (readonly string[])[];
}): VNode {
  return (
    <label class="choice">
      <span>{label}</span>
      <select name={name} onChange={onChange}>
        {children.map(([word, text]) => (
          <option key={word} value={word} selected={word === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

const showTexts: Readonly<Record<Show, string>> = {
  all: 'All',
  open: 'Open',
  waiting: 'Waiting',
  building: 'Building',
  failing: 'Failing',
  closed: 'Closed',
};
const cacheTexts: Readonly<Record<CacheFilter, string>> = {
  any: 'warm or cold',
  warm: 'warm',
  cold: 'cold',
};
const sortTexts: Readonly<Record<Sort, string>> = {
  changed: 'last change',
  opened: 'newest',
  name: 'name',
};
