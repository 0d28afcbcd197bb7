import type { VNode } from 'preact';
import { hydratePage } from '../shared/hydrate.tsx';
import type { PullData } from './pull-data.ts';
import { PullView } from './pull-view.tsx';

/** As the server has drawn it; it stays as it is, but for its marks. */
const chart = document.querySelector('.chart')?.innerHTML ?? '';

hydratePage(
  ({ data }: { readonly data: PullData }): VNode => <PullView data={data} chart={chart} />,
);
