import type { Look } from './rules/rule.ts';
import { standings } from './streams.ts';

const resting = new Set(['idle', 'awaitingApproval', 'draft', 'closed', 'gone']);
/** What blocks a pull request until a person does something; it is looked at again and again, ever more seldom. */
const lasting = new Set([
  'path-in-the-way',
  'runs-on-the-forge',
  'branch-not-ours',
  'ref-in-the-way',
  // Of a head that is gone: the forge no longer hands it out.
  'not-found',
]);

/** Why the service is not at rest: what it still does, or waits for; null if it is. */
export function whyNotAtRest(look: Look): string | null {
  const { universe, sqlite } = look;
  if (universe.process === null) return 'the process is down';
  const busy = busyStreams(look);
  const effects = sqlite
    .prepare<[], { stream: string }>(
      "select id, stream, type, attempts, run_at, last_error from effects where done_at is null and kind = 'effect'",
    )
    .all();
  const effect = effects.find(({ stream }) => !busy.has(stream));
  if (effect !== undefined) return `an effect is not done: ${JSON.stringify(effect)}`;
  const streams = sqlite
    .prepare<[], { stream: string; state: string; description: string | null }>(
      'select stream, state, description from pulls',
    )
    .all();
  for (const { stream, state, description } of streams)
    if (!resting.has(state) && !busy.has(stream)) return `${stream} is ${state}: ${description}`;
  const timer = sqlite
    .prepare<[], { stream: string }>(
      "select stream from effects join pulls using (stream) where done_at is null and type = 'timer.retry' and state = 'closed'",
    )
    .get();
  return timer === undefined ? null : `${timer.stream} is closed, but not wholly`;
}

/** Streams that have come to a lasting reason, and look now and then whether it is gone. */
export function busyStreams(look: Look): ReadonlySet<string> {
  return new Set(
    standings(look).flatMap(({ stream, state, context }) =>
      (state === 'blocked' && lasting.has(context.blocked?.code ?? '')) ||
      (state.startsWith('merging') && context.setbacks > 3)
        ? [stream]
        : [],
    ),
  );
}
