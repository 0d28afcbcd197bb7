import { expect, test } from 'vitest';
import { decide, type EventData, initialSnapshot } from '../../machines/fold.ts';
import { aPolicy, aPull } from '../doubles/ingredients.ts';

const repository = { id: 'r1', name: 'owner/repo' };
const policy = aPolicy({});
const head = 'a'.repeat(40);
const next = 'b'.repeat(40);

function observed(change: Partial<ReturnType<typeof aPull>>): EventData {
  return { type: 'pull.observed', repository, pull: { ...aPull({ head }), ...change }, policy };
}

const failed: EventData = {
  type: 'head.fetch.failed',
  attempt: 1,
  code: 'denied',
  message: 'bad credentials',
};
const said: EventData = {
  type: 'status.published',
  status: {
    commit: head,
    context: policy.context,
    state: 'error',
    description: 'blocked: bad credentials',
  },
};

/** The effects of each event. */
function effectsOf(events: readonly EventData[]): string[][] {
  let snapshot = initialSnapshot('pull');
  return events.map((event, at) => {
    const decision = decide(snapshot, event, at);
    ({ snapshot } = decision);
    return decision.effects.map(({ type, params }) =>
      'commit' in params ? `${type} ${params.commit.slice(0, 1)}` : type,
    );
  });
}

test.each([
  ['another head', observed({ head: next })],
  ['its end', observed({ state: 'closed' })],
])(
  'B10 what is bad, of a head that is left for %s, is let go of, whether it was said or is being said',
  (_, leaving) => {
    for (const before of [
      [observed({}), failed, said],
      [observed({}), failed],
    ]) {
      const asked = effectsOf([...before, leaving]);
      expect(asked[1]).toContain('status.publish a');
      expect(asked.at(-1)).toContain('status.release a');
    }
  },
);
