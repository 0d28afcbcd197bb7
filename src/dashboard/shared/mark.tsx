import type { VNode } from 'preact';

type Tone = 'good' | 'bad' | 'busy' | 'idle';

const tones = new Map<string, Tone>([
  ['success', 'good'],
  ['failure', 'bad'],
  ['error', 'bad'],
  ['blocked', 'bad'],
  ['held', 'bad'],
  ['cancelled', 'idle'],
  ['closed', 'idle'],
  ['gone', 'idle'],
  ['idle', 'idle'],
  ['draft', 'idle'],
]);

/** A verdict or a state, as a coloured word. Whatever is neither good, bad nor at rest is under way. */
export function Mark({ word }: { readonly word: string }): VNode {
  return <span class={`mark ${tones.get(word) ?? 'busy'}`}>{word}</span>;
}
