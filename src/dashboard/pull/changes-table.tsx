import type { VNode } from 'preact';
import type { Change, Json } from './changes.ts';
import { shortJson } from './json-text.ts';

/** So many are told at once, and so many more behind a press; of five hundred jobs all are in the context. */
const mostSeen = 10;
const mostTold = 100;

export function ChangesTable({ changes }: { readonly changes: readonly Change[] }): VNode {
  if (changes.length === 0) return <p class="quiet">It changed nothing in the context.</p>;
  const more = changes.slice(mostSeen, mostTold);
  return (
    <>
      <Table caption="Changed" changes={changes.slice(0, mostSeen)} />
      {more.length > 0 && (
        <details class="more">
          <summary>
            {changes.length - mostSeen} more
            {changes.length > mostTold && `, the first ${more.length} of them here`}
          </summary>
          <Table caption="Changed too" changes={more} />
        </details>
      )}
    </>
  );
}

function Table({
  caption,
  changes,
}: {
  readonly caption: string;
  readonly changes: readonly Change[];
}): VNode {
  return (
    <table class="changes">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
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
      </tbody>
    </table>
  );
}

function Value({ value }: { readonly value: Json | undefined }): VNode {
  if (value === undefined) return <span class="quiet">–</span>;
  const text = shortJson(value);
  return (
    <code title={typeof value === 'string' && value !== text ? value : undefined}>{text}</code>
  );
}
