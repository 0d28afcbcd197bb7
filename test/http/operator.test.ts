import { expect, test } from 'vitest';
import { statesOf } from '../../src/log/direct.ts';
import { built } from '../doubles/scripted-ci.ts';
import {
  shareSite,
  api,
  errorAnswer,
  openSite,
  pullAnswer,
  read,
  recordedAnswer,
  token,
} from './site.ts';

const shared = shareSite();

test('an operator is known by the token alone', async () => {
  const { story, post, operate } = shared();
  const before = await story.told(1);
  for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`])
    for (const path of [`${api}/rebuild`, `${api}/approve`, `${api}/accept`, '/api/reconcile']) {
      const refused = await post(path, undefined, { authorization });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect((await read(refused, errorAnswer)).error.code).toBe('unauthorized');
    }
  expect(await story.told(1)).toEqual(before);
  expect((await operate('/api/reconcile')).status).toBe(200);
});

test('without a token in the configuration nobody is an operator, and the answer says what to do', async () => {
  const { operate } = await openSite({ config: { operatorToken: undefined } });
  const refused = await operate('/api/reconcile');
  expect(refused.status).toBe(403);
  expect(await refused.json()).toEqual({
    error: { code: 'no-operator-token', message: expect.stringContaining('set `operatorToken`') },
  });
});

test('C10 a rebuild, and a cold one, build the same head again', async () => {
  const { story, operate, head } = await openSite();
  const first = await story.build(1);
  story.ci.begin(first);
  story.ci.finish(first, built('hello', 'first'));
  await story.until(1, 'idle');
  const events = (await story.events(1)).length;
  const asked = await operate(`${api}/rebuild`);
  expect(asked.status).toBe(202);
  expect(await asked.json()).toEqual({ stream: story.stream(1), version: events + 1 });
  await story.until(1, 'building');
  expect((await story.context(1)).overlays.at(-1)).toMatchObject({ attempt: 2, head });

  await read(await operate(`${api}/rebuild`, { cold: true }), recordedAnswer);
  await story.until(1, 'building');
  expect((await story.context(1)).overlays.at(-1)).toMatchObject({
    attempt: 3,
    carried: {},
    cold: { others: 'asked-for' },
  });
  expect((await operate(`${api}/rebuild`, { cold: 'yes' })).status).toBe(400);
  expect((await operate('/api/pulls/here/o/r/7/rebuild')).status).toBe(404);
});

test('a rebuild of what is closed comes to nothing, and says so', async () => {
  const { story, operate } = await openSite();
  story.closePull(1);
  await story.look();
  await story.until(1, 'closed');
  const asked = await operate(`${api}/rebuild`);
  expect(asked.status).toBe(202);
  expect(await asked.json()).toEqual({ ignored: 'closed' });
  expect((await story.told(1)).at(-1)).toBe('(rebuild.requested)');
});

test('an approval counts for the newest head only', async () => {
  const { story, operate, head } = shared();
  const other = 'a'.repeat(40);
  expect(await (await operate(`${api}/approve`, { head: other })).json()).toEqual({
    ignored: `not the newest head, which is ${head.slice(0, 7)}`,
  });
  await read(await operate(`${api}/approve`, { head }), recordedAnswer);
  expect((await story.context(1)).approved).toBe(head);
  expect((await operate(`${api}/approve`, { head: 'main' })).status).toBe(400);
  expect((await operate(`${api}/approve`)).status).toBe(400);
});

test('G4 what is held is accepted by an operator, and nothing else is', async () => {
  const { story, operate, get } = await openSite();
  expect(await (await operate(`${api}/accept`)).json()).toEqual({
    ignored: expect.stringContaining('not held'),
  });
  // As if an earlier machine had recorded another state.
  const { db } = story.service.log;
  await db.updateTable('events').set({ state: 'elsewhere' }).where('version', '=', 2).execute();
  await db.updateTable('snapshots').set({ machine_version: 'older' }).execute();
  statesOf(db)?.clear();
  const held = await read(await get(api), pullAnswer);
  expect(held.held).toContain('version 2 was recorded as elsewhere');
  expect(held.waitsFor).toContain('accept');
  expect(await (await operate(`${api}/rebuild`)).json()).toEqual({
    ignored: expect.stringContaining('held'),
  });
  await read(await operate(`${api}/accept`), recordedAnswer);
  expect((await read(await get(api), pullAnswer)).held).toBe(null);
});

test('D3 an operator asks to look at the forge again', async () => {
  const { story, operate, head } = await openSite();
  story.pushPull(1, head, { 'a.c': 'second' });
  const looked = await operate('/api/reconcile');
  expect(await looked.json()).toEqual({ reconciled: true, milliseconds: expect.any(Number) });
  expect((await story.told(1)).filter((type) => type === 'pull.observed')).toHaveLength(2);
});
