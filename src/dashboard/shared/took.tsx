import type { VNode } from 'preact';
import { duration } from '../../../machines/describe.ts';
import { useSite } from './site.ts';

/** How long something took, or, as long as it has no end, how long it has been going on. */
export function Took({ from, to }: { readonly from: number; readonly to: number | null }): VNode {
  const { now } = useSite();
  return to === null ? (
    <span class="running">{duration(wholeSeconds(now.value - from))}</span>
  ) : (
    <span>{duration(Math.max(0, to - from))}</span>
  );
}

function wholeSeconds(milliseconds: number): number {
  return Math.max(1000, Math.floor(milliseconds / 1000) * 1000);
}
