import type { VNode } from 'preact';
import type { Change, Json } from './changes.ts';
import { isSha, shortJson } from './json-text.ts';

/** Of five hundred jobs that changed at once so many are told; all are in the context. */
const mostShown = 40;

export function ChangesTable({ changes }: { readonly changes: readonly Change[] }): VNode {
  if (changes.length === 0) return <p class="quiet">It changed nothing in the context.</p>;
  const more = changes.length - mostShown;
  return (
    <table class="changes">
      <caption>Changed</caption>
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {changes.slice(0, mostShown).map((change) => (
          <tr key={JSON.stringify(change.path)}>
            <th scope="row">
              <code>{change.path.join('.')}</code>
            </th>
            <td>
              <Value value={change.before} />
            </td>
            <td>
              <Value value={change.after} />
            </td>
          </tr>
        ))}
        {more > 0 && (
          <tr>
            <td colSpan={3} class="quiet">
              and {more} more
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Value({ value }: { readonly value: Json | undefined }): VNode {
  if (value === undefined) return <span class="quiet">–</span>;
  const title = typeof value === 'string' && isSha(value) ? value : undefined;
  return <code title={title}>{shortJson(value)}</code>;
}
