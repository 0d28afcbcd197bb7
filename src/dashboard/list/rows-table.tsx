import type { VNode } from 'preact';
import { Ago } from '../shared/ago.tsx';
import { Mark } from '../shared/mark.tsx';
import { Sha } from '../shared/sha.tsx';
import { Took } from '../shared/took.tsx';
import { CacheCounts } from './cache-counts.tsx';
import type { ListBuild, ListRow } from './list-data.ts';

export function RowsTable({
  rows,
  fresh,
}: {
  readonly rows: readonly ListRow[];
  readonly fresh: ReadonlySet<string>;
}): VNode {
  return (
    <table class="rows">
      <caption class="hidden">Pull requests and branches</caption>
      <thead>
        <tr>
          <th scope="col">Pull request</th>
          <th scope="col">State</th>
          <th scope="col">Verdict, and what it waits for</th>
          <th scope="col">Jobs</th>
          <th scope="col">Took</th>
          <th scope="col">Changed</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.stream} row={row} isFresh={fresh.has(row.stream)} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly row: ListRow;
  readonly isFresh: boolean;
}

function Row({ row, isFresh }: RowProps): VNode {
  const { build } = row;
  return (
    <tr class={isFresh ? 'fresh' : undefined}>
      <th scope="row">
        <a class="open" href={row.page}>
          {row.title ?? row.name}
        </a>
        <p class="quiet">
          {row.title !== null && <span>{row.name}</span>}
          {row.author !== null && <span>{row.author}</span>}
          <Sha commit={row.head} />
        </p>
      </th>
      <td>
        <Mark word={row.held ? 'held' : row.state} />
      </td>
      <td class="why">
        {row.verdict !== null && (
          <p>
            <Mark word={row.verdict} /> {row.description}
          </p>
        )}
        {row.waitsFor !== null && <p class="quiet">{row.waitsFor}</p>}
      </td>
      <td>{build !== null && <CacheCounts jobs={build.jobs} />}</td>
      <td>{build !== null && <BuildTime build={build} />}</td>
      <td>
        <Ago at={row.updatedAt} />
      </td>
    </tr>
  );
}

function BuildTime({ build }: { readonly build: ListBuild }): VNode {
  const { startedAt, askedAt, finishedAt, verdict } = build;
  if (finishedAt === null && verdict !== null) return <span class="quiet">no end</span>;
  return <Took from={startedAt ?? askedAt} to={finishedAt} />;
}
