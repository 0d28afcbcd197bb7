import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { installHook } from '../../src/forges/git/install-hook.ts';
import { Git } from '../../src/git/run.ts';
import { errorAnswer, openSite, read, recordedAnswer, shareSite } from './site.ts';

const shared = shareSite();

const several = recordedAnswer.extend({ recorded: z.array(recordedAnswer) });

test('D1 the same delivery three times: one event, one overlay, one status, the same answer', async () => {
  const { story, head, deliver } = await openSite();
  const before = (await story.events(1)).length;
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  const answers = await Promise.all([
    deliver('one', 'refs/pull/1/head'),
    deliver('one', 'refs/pull/1/head'),
  ]);
  await story.settle();
  answers.push(await deliver('one', 'refs/pull/1/head'));
  await story.settle();
  for (const answer of answers) {
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ stream: story.stream(1), version: before + 1 });
  }
  const observed = (await story.events(1)).filter(({ key }) => key === 'delivery:one');
  expect(observed.map(({ data, meta }) => [data.type, meta.source])).toEqual([
    ['pull.observed', 'webhook'],
  ]);
  expect(story.pushes(1)).toHaveLength(2);
  expect(story.statuses.filter((status) => status.startsWith(second.slice(0, 7)))).toHaveLength(1);
});

test('a push signals itself, by the hook', async () => {
  const { story, head, url } = await openSite();
  const git = new Git({ home: join(story.directory, 'hook-home') });
  await installHook(git, story.repository.bare, { url: `${url}/webhooks/here` });
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await expect
    .poll(() => story.context(1).then((context) => context.head), { timeout: 60_000 })
    .toBe(second);
  await story.settle();
  const observed = (await story.events(1)).filter(({ data }) => data.type === 'pull.observed');
  expect(observed.at(-1)).toMatchObject({
    key: expect.stringMatching(/^delivery:[0-9a-f-]{36}$/),
    meta: { source: 'webhook' },
  });
});

test('a delivery without an id is a hint like any other', async () => {
  const { story, head, deliver } = await openSite();
  story.pushPull(1, head, { 'a.c': 'second' });
  const answer = await deliver(null, 'refs/pull/1/head');
  expect(await answer.json()).toMatchObject({ stream: story.stream(1) });
  expect(await (await deliver(null, 'refs/pull/1/head')).json()).toEqual({ ignored: 'no news' });
});

test('a delivery may name a branch, a cache branch and a base; of several events the first stands for all', async () => {
  const { story, head, deliver } = await openSite({ repository: { branches: ['main'] } });
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(build);
  await story.until(1, 'idle');
  story.pushMain({ 'a.c': 'main moves' });
  story.repository.push(story.branch(1), head);
  story.repository.push('refs/heads/develop', head);
  const answer = await deliver(
    'many',
    'refs/heads/main',
    'refs/heads/orthrus/pr-1',
    'refs/heads/develop',
    'refs/notes/orthrus',
    'refs/pull/1/base',
  );
  const { stream, version, recorded } = await read(answer, several);
  expect(recorded[0]).toEqual({ stream, version });
  expect(recorded.map((one) => one.stream)).toEqual([story.stream('main'), story.stream(1)]);
  await story.settle();
  expect(await story.told(1)).toContain('tip.observed');
  expect(await (await deliver('none', 'refs/tags/v1')).json()).toEqual({
    ignored: 'it names nothing that is built here',
  });
});

test('one push of a head and its cache branch is two events, and both are recorded', async () => {
  const { story, head, deliver } = await openSite();
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(build);
  await story.until(1, 'idle');
  story.repository.push(story.branch(1), head);
  story.repository.git('symbolic-ref', 'refs/pull/1/base', 'refs/heads/other');
  const answer = await deliver('both', 'refs/pull/1/base', 'refs/heads/orthrus/pr-1');
  expect((await read(answer, several)).recorded).toHaveLength(2);
});

test('a delivery of what is not ours is ignored, with a reason', async () => {
  const { post, deliver } = shared();
  expect(await (await deliver('gone', 'refs/pull/99/head')).json()).toEqual({
    ignored: 'there is no such pull request',
  });
  const elsewhere = await post('/webhooks/here', { repository: 'o/other', updates: [] });
  expect(elsewhere.status).toBe(202);
  expect(await elsewhere.json()).toEqual({ ignored: 'this repository is not configured' });
});

test('what is no delivery is refused, and nothing is recorded', async () => {
  const { story, post, get } = shared();
  const before = await story.told(1);
  const refused = async (response: Response): Promise<unknown> => {
    const { error } = await read(response, errorAnswer);
    return [response.status, error.code];
  };
  const body = { repository: 'o/r', updates: [] };
  expect(await refused(await post('/webhooks/elsewhere', body))).toEqual([404, 'not-found']);
  expect(await refused(await post('/webhooks/__proto__', body))).toEqual([404, 'not-found']);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(await refused(await post('/webhooks/here', 'a=b', form))).toEqual([
    415,
    'unsupported-media-type',
  ]);
  expect(await refused(await post('/webhooks/here'))).toEqual([400, 'bad-request']);
  expect(await refused(await post('/webhooks/here', '{"repository":'))).toEqual([
    400,
    'bad-request',
  ]);
  expect(await refused(await post('/webhooks/here', { repository: 'o/r' }))).toEqual([
    400,
    'bad-request',
  ]);
  expect(
    await refused(await post('/webhooks/here', body, { 'x-orthrus-delivery': 'a b' })),
  ).toEqual([400, 'bad-request']);
  const huge = JSON.stringify({ repository: 'o/r', filler: 'x'.repeat(25 * 1024 * 1024) });
  expect(await refused(await post('/webhooks/here', huge))).toEqual([413, 'too-large']);
  expect(await refused(await get('/webhooks/here'))).toEqual([404, 'not-found']);
  expect(await refused(await get('/api/nothing', { accept: 'text/html' }))).toEqual([
    404,
    'not-found',
  ]);
  expect(await refused(await get('/api/pulls/here/o/r/%ff'))).toEqual([400, 'bad-request']);
  expect(await story.told(1)).toEqual(before);
});
