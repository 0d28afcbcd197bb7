import type { VNode } from 'preact';
import { duration } from '../../../machines/describe.ts';
import { textIn } from './json-text.ts';
import { Moment } from './moment.tsx';
import type { TimelineEffect } from './timeline-data.ts';

const tones = new Map<string, string>([
  ['done', 'good'],
  ['fired', 'good'],
  ['dead', 'bad'],
  ['waiting', 'busy'],
  ['under way', 'busy'],
]);

const words = new Map<string, string>([
  ['moot', 'moot: its reason had gone'],
  ['dead', 'given up'],
]);

/** What the event asked for, and what became of it. */
export function EffectsTable({
  effects,
  askedAt,
}: {
  readonly effects: readonly TimelineEffect[];
  readonly askedAt: number;
}): VNode {
  if (effects.length === 0) return <p class="quiet">It asked for nothing.</p>;
  return (
    <table class="effects">
      <caption>Asked for</caption>
      <thead>
        <tr>
          <th scope="col">Effect</th>
          <th scope="col">Became</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        {effects.map((effect, index) => (
          <Row key={index} effect={effect} askedAt={askedAt} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  effect,
  askedAt,
}: {
  readonly effect: TimelineEffect;
  readonly askedAt: number;
}): VNode {
  const { type, params, outcome, attempts, doneAt, runAt, lastError } = effect;
  return (
    <tr>
      <th scope="row">
        <details>
          <summary>
            <code>{type}</code>
            {type.startsWith('timer.') && <> {textIn(params, 'name')}</>}
          </summary>
          <pre tabIndex={0} aria-label={`What ${type} was asked with`}>
            {JSON.stringify(params, null, 2)}
          </pre>
        </details>
      </th>
      <td>
        {outcome === null ? (
          <span class="quiet">–</span>
        ) : (
          <span class={tones.get(outcome) ?? 'idle'}>{words.get(outcome) ?? outcome}</span>
        )}
        {lastError !== null && <p class="bad">{lastError}</p>}
      </td>
      <td>
        {doneAt !== null && duration(Math.max(0, doneAt - askedAt))}
        {doneAt === null && runAt !== null && (
          <>
            due <Moment at={runAt} />
          </>
        )}
        {attempts > 1 && `, ${attempts} attempts`}
      </td>
    </tr>
  );
}
