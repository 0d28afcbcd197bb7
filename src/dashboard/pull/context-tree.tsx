import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Json } from './changes.ts';
import { shortJson } from './json-text.ts';
import { useScripts } from './use-scripts.ts';

/** Of a list of ten thousand so many are shown. */
const mostShown = 200;

/**
 * The context as a tree. Where scripts run, only what is open is on the page: a step then touches what is seen. Where
 * they do not, what is closed is there as text.
 */
export function ContextTree({ context }: { readonly context: Json }): VNode {
  return (
    <details class="tree">
      <summary>Context</summary>
      <Entries of={context} />
    </details>
  );
}

function Entries({ of }: { readonly of: Json }): VNode {
  const entries = Object.entries(of ?? {});
  const more = entries.length - mostShown;
  return (
    <ul>
      {entries.slice(0, mostShown).map(([key, value]: [string, Json]) => (
        <li key={key}>
          {isDeep(value) ? (
            <Node name={key} value={value} />
          ) : (
            <>
              <span class="key">{key}</span> <code>{shortJson(value)}</code>
            </>
          )}
        </li>
      ))}
      {more > 0 && <li class="quiet">and {more} more</li>}
    </ul>
  );
}

function Node({ name, value }: { readonly name: string; readonly value: Json }): VNode {
  const scripts = useScripts();
  const [isOpen, setOpen] = useState(false);
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="key">{name}</span> <span class="quiet">{sizeText(value)}</span>
      </summary>
      {scripts ? isOpen && <Entries of={value} /> : <pre>{JSON.stringify(value, null, 2)}</pre>}
    </details>
  );
}

function isDeep(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function sizeText(value: Json): string {
  const count = Object.keys(value ?? {}).length;
  if (Array.isArray(value)) return count === 1 ? '1 element' : `${count} elements`;
  return count === 1 ? '1 key' : `${count} keys`;
}
