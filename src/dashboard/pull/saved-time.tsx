import type { VNode } from 'preact';
import { duration } from '../../../machines/describe.ts';

/** What a cache saved; less than nothing is what it cost. */
export function Saved({ milliseconds }: { readonly milliseconds: number }): VNode {
  return milliseconds < 0 ? (
    <span class="bad">{duration(-milliseconds)} lost</span>
  ) : (
    <span class="good">{duration(milliseconds)} saved</span>
  );
}
