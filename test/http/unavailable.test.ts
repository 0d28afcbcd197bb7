import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { api, openSite } from './site.ts';

test('G2 the database cannot be written: 503, nothing half-written, and it goes on when it can', async () => {
  const { story, head, deliver, operate, get } = await openSite();
  expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
  expect(await (await get('/readyz')).json()).toEqual({ status: 'ready' });
  const before = await story.told(1);
  story.pushPull(1, head, { 'a.c': 'second' });
  await sql`pragma query_only = on`.execute(story.service.log.db);

  for (const answer of [
    await deliver('late', 'refs/pull/1/head'),
    await operate(`${api}/rebuild`),
  ]) {
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toEqual({
      error: { code: 'unavailable', message: expect.stringContaining('nothing was recorded') },
    });
  }
  expect((await get('/readyz')).status).toBe(503);
  expect((await get('/healthz')).status).toBe(200);
  expect((await get(api)).status).toBe(200);
  expect(await story.told(1)).toEqual(before);

  await sql`pragma query_only = off`.execute(story.service.log.db);
  const answer = await deliver('late', 'refs/pull/1/head');
  expect(await answer.json()).toEqual({ stream: story.stream(1), version: before.length + 1 });
  expect((await get('/readyz')).status).toBe(200);

  await story.stop();
  const stopped = await get('/readyz');
  expect(stopped.status).toBe(503);
  expect(await stopped.json()).toEqual({
    status: 'not ready',
    reason: 'the service is not started',
  });
});
