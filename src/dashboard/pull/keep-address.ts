import { effect } from '@preact/signals';
import type { PullModel } from './pull-model.ts';

/** Browsers take only so many changes of the address in a time; a slider makes more. */
const rest = 250;

/** Keeps the page's address at the version that is looked at, so that it can be passed on; at the newest it names none. */
export function keepAddress(model: PullModel): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = effect(() => {
    const at = model.at.value;
    const isNewest = at === model.newest.value;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const url = new URL(location.href);
      if ((url.searchParams.get('at') ?? '') === (isNewest ? '' : String(at))) return;
      if (isNewest) url.searchParams.delete('at');
      else url.searchParams.set('at', String(at));
      history.replaceState(null, '', url);
    }, rest);
  });
  return () => {
    end();
    clearTimeout(timer);
  };
}
