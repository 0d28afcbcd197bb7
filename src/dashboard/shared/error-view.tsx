import type { VNode } from 'preact';
import { useSite } from './site.ts';

/** An error, for people. */
export function ErrorView({
  data: { status, message },
}: {
  readonly data: { readonly status: number; readonly message: string };
}): VNode {
  const { links } = useSite();
  return (
    <>
      <h1>{status}</h1>
      <p>{message}</p>
      <p>
        <a href={links.home}>All pull requests</a>
      </p>
    </>
  );
}
