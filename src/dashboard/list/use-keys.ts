import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { areKeysOn, turnKeys } from '../shared/keys-on.ts';

/** What the keys of the list are; one can turn them off. */
export interface Keys {
  readonly isOn: Signal<boolean>;
  readonly showsHelp: Signal<boolean>;
}

export function useKeys(): Keys {
  const isOn = useSignal(true);
  const showsHelp = useSignal(false);
  useEffect(() => {
    isOn.value = areKeysOn();
    const unsubscribe = isOn.subscribe(turnKeys);
    const pressed = (event: KeyboardEvent): void => {
      if (isOn.value && !showsHelp.value) press(event, showsHelp);
    };
    addEventListener('keydown', pressed);
    return () => {
      unsubscribe();
      removeEventListener('keydown', pressed);
    };
  }, []);
  return { isOn, showsHelp };
}

function press(event: KeyboardEvent, showsHelp: Signal<boolean>): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  const search = document.getElementById('search');
  if (target instanceof HTMLElement && target.matches('input, select, textarea')) {
    // Out of the search box, down into what it has found.
    if (target !== search || (key !== 'Escape' && key !== 'ArrowDown')) return;
    if (key === 'Escape') target.blur();
    else move(1);
  } else if (key === '/') search?.focus();
  else if (key === '?') showsHelp.value = true;
  else if (key === 'j' || key === 'ArrowDown') move(1);
  else if (key === 'k' || key === 'ArrowUp') move(-1);
  else return;
  event.preventDefault();
}

/** Focuses the row that is so many below the focused one; at first the first one. */
function move(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.rows a.open')];
  const now = rows.findIndex((row) => row === document.activeElement);
  const next = rows[now < 0 ? 0 : now + by];
  next?.focus();
  next?.closest('tr')?.scrollIntoView({ block: 'nearest' });
}
