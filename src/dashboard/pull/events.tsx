import type { VNode } from 'preact';
import type { EventJson } from '../../http/pull-json.ts';
import { useModel } from './model-context.ts';
import { Moment } from './moment.tsx';
import { StepLink } from './step-link.tsx';

/** The events as they were recorded, newest first. One that no transition took is there too: it says why nothing came of it. */
export function Events(): VNode {
  const events = useModel().events.value;
  const oldest = events.at(-1)?.version ?? 1;
  return (
    <>
      <h2 id="events">Events</h2>
      <table class="events">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">When (UTC)</th>
            <th scope="col">Event</th>
            <th scope="col">State after</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <Row key={event.version} event={event} />
          ))}
        </tbody>
      </table>
      {oldest > 1 && (
        <p>
          <a href={`?before=${oldest}#events`}>Earlier events</a>
        </p>
      )}
    </>
  );
}

function Row({ event }: { readonly event: EventJson }): VNode {
  const { version, recordedAt, type, summary, data, state, handled, held, source } = event;
  const note = held ? 'held' : handled ? null : 'not handled';
  return (
    <tr class={note === null ? undefined : 'unhandled'}>
      <td>
        <StepLink to={version} label={`Step ${version}`} scrolls>
          {version}
        </StepLink>
      </td>
      <td>
        <Moment at={recordedAt} />
      </td>
      <td>
        <details>
          <summary>
            {type} {note !== null && <span class="mark idle">{note}</span>}{' '}
            <span class="quiet">{summary}</span>
          </summary>
          <pre tabIndex={0} role="group" aria-label={`Event ${version} as it was recorded`}>
            {JSON.stringify(data, null, 2)}
          </pre>
        </details>
      </td>
      <td>{state}</td>
      <td>{source}</td>
    </tr>
  );
}
