import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import { createActor } from 'xstate';
import { expect, onTestFinished, test } from 'vitest';
import { machineOf } from '../../machines/fold.ts';
import type { InspectorMessage } from '../../src/inspect/message.ts';
import { recordedRun } from '../../src/inspect/recorded-run.ts';
import { redactor } from '../../src/inspect/redact.ts';
import { openLog } from '../../src/log/database.ts';
import { knowSecret } from '../../src/ports/secrets.ts';
import { beginning, fillLog } from '../replay/fill-log.ts';
import { branchLife, type LivedEvent, pullLife } from '../replay/lives.ts';

/** A busy machine takes its time; the default is a second. */
const patience = { timeout: 60_000 };

async function recorded(
  stream: string,
  life: readonly LivedEvent[],
  hidden: readonly string[] = [],
): Promise<InspectorMessage[]> {
  const log = await openLog(':memory:');
  onTestFinished(() => log.close());
  await fillLog(log.db, stream, life);
  const row = await log.db.selectFrom('pulls').selectAll().executeTakeFirstOrThrow();
  const messages: InspectorMessage[] = [];
  for await (const message of recordedRun(log.db, row, redactor(hidden))) messages.push(message);
  // As they are sent.
  return JSON.parse(JSON.stringify(messages));
}

/** What the package itself sends of a live actor that gets the same events. */
async function theirs(
  kind: 'pull' | 'branch',
  life: readonly LivedEvent[],
): Promise<StatelyInspectionEvent[]> {
  const sent: StatelyInspectionEvent[] = [];
  const { inspect } = createInspector({ send: (event) => sent.push(event) });
  const actor = createActor(machineOf(kind), { inspect });
  actor.start();
  for (const { event, at } of life) actor.send({ ...event, at: beginning + at });
  // One actor, and an event and a snapshot for its beginning and for each event.
  await expect.poll(() => sent.length, patience).toBe(1 + 2 * (1 + life.length));
  actor.stop();
  return JSON.parse(JSON.stringify(sent));
}

/** A message without what another actor at another time has otherwise; the chart as it is when read. */
function comparable(message: InspectorMessage | StatelyInspectionEvent): object {
  const definition = 'definition' in message ? JSON.parse(message.definition ?? 'null') : null;
  return { ...message, sessionId: '', rootId: '', createdAt: '', name: '', definition };
}

test.each([
  ['a pull request', 'here:r1#12', 'pull', pullLife('a', 12)],
  ['a branch', 'here:r1@main', 'branch', branchLife('main', 2)],
] as const)(
  'the run of %s is told as the package tells of an actor',
  async (_, stream, kind, life) => {
    const ours = await recorded(stream, life);
    const [first, ...rest] = await theirs(kind, life);
    const [ourFirst, ...ourRest] = ours.map(comparable);
    expect(ourRest).toEqual(rest.map(comparable));
    // The package shows an actor that has begun; one from the log has, too.
    const snapshot = expect.objectContaining({ status: 'active', value: 'idle' });
    expect(ourFirst).toEqual({ ...(first === undefined ? {} : comparable(first)), snapshot });
    expect(ours[0]?.type).toBe('@xstate.actor');
    expect(new Set(ours.map(({ sessionId, rootId }) => `${sessionId} ${rootId}`))).toEqual(
      new Set([`${stream} ${stream}`]),
    );
  },
);

test('times are the recorded ones', async () => {
  const life = pullLife('a', 12);
  const [actor, ...rest] = await recorded('here:r1#12', life);
  expect(actor).toMatchObject({
    name: 'here:owner/repo#12',
    createdAt: String(beginning + (life[0]?.at ?? 0)),
  });
  const events = rest.filter(({ type }) => type === '@xstate.event').slice(1);
  expect(events.map(({ createdAt }) => Number(createdAt))).toEqual(
    life.map(({ at }) => beginning + at),
  );
});

test('F3: what the list names stays here, in events and in contexts, and so does every secret', async () => {
  const secret = 'a-token-that-nobody-may-see';
  knowSecret(secret);
  const life = pullLife('a', 12).map((lived) =>
    lived.event.type === 'pull.observed'
      ? {
          ...lived,
          event: { ...lived.event, pull: { ...lived.event.pull, title: `it is ${secret}` } },
        }
      : lived,
  );
  const open = JSON.stringify(await recorded('here:r1#12', life));
  expect(open).toContain('"author":"ada"');
  expect(open).not.toContain(secret);
  const closed = await recorded('here:r1#12', life, ['author', 'type']);
  expect(JSON.stringify(closed)).not.toContain('ada');
  expect(closed.at(-1)).toMatchObject({
    event: { type: life.at(-1)?.event.type },
    snapshot: { context: { pull: { author: '[redacted]', number: 12 } } },
  });
});

test('a list takes out names at any depth, leaves null, and breaks on no name', () => {
  const of: object = JSON.parse(
    '{"by": null, "__proto__": {"by": "ada"}, "jobs": [{"by": 1, "name": "x"}]}',
  );
  expect(JSON.stringify(redactor(['by'])(of))).toBe(
    '{"by":null,"__proto__":{"by":"[redacted]"},"jobs":[{"by":"[redacted]","name":"x"}]}',
  );
});
