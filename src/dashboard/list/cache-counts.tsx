import type { VNode } from 'preact';
import type { JobCounts } from './list-data.ts';

/** How many jobs of a build went from a cache, without one, or were not built at all. */
export function CacheCounts({
  jobs: { warm, cold, notBuilt },
}: {
  readonly jobs: JobCounts;
}): VNode | null {
  const parts = [
    { kind: 'not-built', count: notBuilt, text: 'not built' },
    { kind: 'warm', count: warm, text: 'warm' },
    { kind: 'cold', count: cold, text: 'cold' },
  ].filter(({ count }) => count > 0);
  if (parts.length === 0) return null;
  return (
    <ul class="counts">
      {parts.map(({ kind, count, text }) => (
        <li key={kind} class={kind}>
          {count} {text}
        </li>
      ))}
    </ul>
  );
}
