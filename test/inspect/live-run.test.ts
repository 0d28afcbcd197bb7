import { expect, test } from 'vitest';
import { liveRun } from '../../src/inspect/live-run.ts';
import { redactor } from '../../src/inspect/redact.ts';
import { inspected } from './inspecting.ts';

test('one that was closed is told of from the event on that brings it back', async () => {
  const { story } = await inspected({});
  story.closePull(1);
  await story.look();
  await story.until(1, 'closed');
  const before = (await story.events(1)).length;

  const ended = new AbortController();
  const run = liveRun(story.service.engine, redactor([]), ended.signal);
  const first = run.next();
  story.pushPull(1, story.repository.at('refs/heads/main'), { 'a.c': 'again' });
  await story.look();
  await story.until(1, 'building');
  const events = (await story.events(1)).slice(before);
  const messages = [(await first).value];
  while (messages.length < 3 + 2 * events.length) messages.push((await run.next()).value);
  expect(messages[0]).toMatchObject({
    type: '@xstate.actor',
    snapshot: { value: 'closed' },
    createdAt: String(events[0]?.recordedAt),
  });
  expect(messages.at(-1)).toMatchObject({ snapshot: { value: 'building' } });

  const rest = run.next();
  ended.abort();
  expect(await rest).toEqual({ done: true, value: undefined });
});
