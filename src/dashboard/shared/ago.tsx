import type { VNode } from 'preact';
import { useSite } from './site.ts';

/** A moment as people say it, with the exact time behind it; it goes on with the clock. */
export function Ago({ at }: { readonly at: number }): VNode {
  const { now } = useSite();
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {ago(now.value - at)}
    </time>
  );
}

function ago(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}
