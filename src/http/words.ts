import { shortSha } from '../../machines/describe.ts';
import { html, type Html } from './html.ts';

/** A commit, short, with its full name behind it. */
export function sha(commit: string | null): Html {
  return commit === null
    ? html`<span class="none">none</span>`
    : html`<code title="${commit}">${shortSha(commit)}</code>`;
}

const tones: Readonly<Record<string, string>> = {
  success: 'good',
  failure: 'bad',
  error: 'bad',
  blocked: 'bad',
  cancelled: 'idle',
  closed: 'idle',
  gone: 'idle',
  idle: 'idle',
  draft: 'idle',
};

/** A verdict or a state, as a coloured word. Whatever is neither good, bad nor at rest is under way. */
export function mark(word: string): Html {
  const tone = Object.hasOwn(tones, word) ? (tones[word] ?? 'busy') : 'busy';
  return html`<span class="mark ${tone}">${word}</span>`;
}
