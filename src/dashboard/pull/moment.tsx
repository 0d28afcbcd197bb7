import type { VNode } from 'preact';

/** A moment to the second, in UTC, as logs have it: server and browser write the same. */
export function Moment({ at }: { readonly at: number }): VNode {
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {`${iso.slice(0, 10)} ${iso.slice(11, 19)}`}
    </time>
  );
}
