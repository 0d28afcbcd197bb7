import type { VNode } from 'preact';
import { Ago } from '../shared/ago.tsx';
import { Mark } from '../shared/mark.tsx';
import { Sha } from '../shared/sha.tsx';
import { Took } from '../shared/took.tsx';
import type { JobCounts, ListBuild, ListRow } from './list-data.ts';

export function RowsTable({ rows }: { readonly rows: readonly ListRow[] }): VNode {
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Pull request</th>
          <th scope="col">State</th>
          <th scope="col">Verdict</th>
          <th scope="col">Newest build</th>
          <th scope="col">Changed</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.stream} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row }: { readonly row: ListRow }): VNode {
  return (
    <tr id={row.stream}>
      <th scope="row">
        <a href={row.page}>
          {row.title !== null && <span class="title">{row.title}</span>}
          <span class="name">{row.name}</span>
        </a>
        {row.author !== null && <span class="quiet"> by {row.author}</span>}
      </th>
      <td>
        <Mark word={row.held ? 'held' : row.state} />
        {row.waitsFor !== null && <p class="quiet">{row.waitsFor}</p>}
      </td>
      <td>
        {row.verdict !== null && <Mark word={row.verdict} />}
        {row.description !== null && <p class="quiet">{row.description}</p>}
      </td>
      <td>{row.build !== null && <Newest build={row.build} head={row.head} />}</td>
      <td>
        <Ago at={row.updatedAt} />
      </td>
    </tr>
  );
}

function Newest({
  build,
  head,
}: {
  readonly build: ListBuild;
  readonly head: string | null;
}): VNode {
  return (
    <>
      <Took from={build.startedAt ?? build.askedAt} to={build.finishedAt} />
      <p class="quiet">
        <Sha commit={head} /> {countsText(build.jobs)}
      </p>
    </>
  );
}

/** `2 warm, 1 cold, 3 not built` */
function countsText({ warm, cold, notBuilt }: JobCounts): string {
  return [
    warm > 0 && `${warm} warm`,
    cold > 0 && `${cold} cold`,
    notBuilt > 0 && `${notBuilt} not built`,
  ]
    .filter((part) => part !== false)
    .join(', ');
}
