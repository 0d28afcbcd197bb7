import type { VNode } from 'preact';
import type { ListData } from './list-data.ts';
import { RowsTable } from './rows-table.tsx';

/** All pull requests and branches. */
export function ListView({ data: { rows } }: { readonly data: ListData }): VNode {
  return (
    <>
      <h1>Pull requests and branches</h1>
      {rows.length === 0 ? (
        <p>
          Nothing has been seen yet. A pull request shows up here when it is opened or pushed to, or
          at the next look at the forge.
        </p>
      ) : (
        <RowsTable rows={rows} />
      )}
    </>
  );
}
