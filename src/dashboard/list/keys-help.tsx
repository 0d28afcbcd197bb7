import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Keys } from './use-keys.ts';

const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['/'], 'search'],
  [['j', '↓'], 'the next row'],
  [['k', '↑'], 'the row before'],
  [['Enter'], 'open the row'],
  [['Esc'], 'leave the search box, or this'],
  [['?'], 'this'],
];

/** What the keys do, and whether they do. */
export function KeysHelp({ keys: { isOn, showsHelp } }: { readonly keys: Keys }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const isShown = showsHelp.value;
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isShown]);
  return (
    <>
      <button
        type="button"
        class="keys-button"
        aria-haspopup="dialog"
        onClick={() => (showsHelp.value = true)}
      >
        Keys <kbd aria-hidden="true">?</kbd>
      </button>
      <dialog ref={dialog} aria-labelledby="keys-title" onClose={() => (showsHelp.value = false)}>
        <h2 id="keys-title">Keys</h2>
        <dl class="keys">
          {keys.map(([names, does]) => (
            <div key={does}>
              <dt>
                {names.map((name) => (
                  <kbd key={name}>{name}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <label>
          <input
            type="checkbox"
            checked={isOn.value}
            onChange={({ currentTarget }) => (isOn.value = currentTarget.checked)}
          />{' '}
          The keys are on
        </label>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
