import type { VNode } from 'preact';
import { shortSha } from '../../../machines/describe.ts';

/** A commit, short, with its full name behind it. */
export function Sha({ commit }: { readonly commit: string | null }): VNode {
  return commit === null ? (
    <span class="quiet">none</span>
  ) : (
    <code class="sha" title={commit}>
      {shortSha(commit)}
    </code>
  );
}
