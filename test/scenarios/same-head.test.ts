import { expect, test } from 'vitest';
import { built, failed } from '../doubles/scripted-ci.ts';
import { begin, type Story } from './story.ts';

/** #1 and #2 with the same head, both being built. */
async function openTwins(): Promise<{ story: Story; base: string; head: string }> {
  const story = await begin({ repository: { branches: [] } });
  const base = story.pushMain({ 'a.c': 'base' });
  const head = story.pushPull(1, base, { 'a.c': 'same' });
  story.repository.push('refs/pull/2/head', head);
  await story.start();
  story.ci.begin(await story.build(1));
  story.ci.begin(await story.build(2));
  await story.settle();
  return { story, base, head };
}

test('B10 two pull requests with the same head: the worst verdict stands, and the description names both', async () => {
  const { story, head } = await openTwins();
  story.ci.finish(await story.build(1), failed('app', { error: 'a.c:1: error: no' }));
  await story.until(1, 'idle');
  story.ci.finish(await story.build(2), built('app', 'one'));
  await story.until(2, 'idle');
  await story.settle();
  const standing = story.repository.statuses(head)['orthrus'] ?? '';
  expect(standing).toMatch(/^failure: #1 failure, #2 success: /);
  expect(story.statuses.filter((said) => / orthrus success: /.test(said))).toEqual([]);
});

test('B10 one of them moves on, or is closed, unfinished: what the other says is what stands', async () => {
  for (const leave of ['push', 'close'] as const) {
    const { story, base, head } = await openTwins();
    story.ci.finish(await story.build(1), built('app', 'one'));
    await story.until(1, 'idle');
    await story.settle();
    expect(story.repository.statuses(head)['orthrus']).toMatch(/^pending: #2 pending, #1 success/);
    if (leave === 'push') story.pushPull(2, base, { 'a.c': 'another' });
    else story.closePull(2);
    await story.look();
    expect(story.repository.statuses(head)['orthrus']).toMatch(/^success: (?!.*#2)/);
  }
});

test("B7 the head's ref disappears: closed once, what was last known of it stands, and nothing more is asked", async () => {
  const story = await begin({ repository: { branches: [] } });
  const base = story.pushMain({ 'a.c': 'base' });
  const head = story.pushPull(1, base, { 'a.c': 'first' });
  await story.start();
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const moves = story.moves.length;
  story.closePull(1);
  await story.look();
  await story.look();
  expect(await story.state(1)).toBe('closed');
  expect((await story.context(1)).head).toBe(head);
  expect(story.moves.slice(moves)).toEqual(['orthrus/pr-1 gone']);
  const events = (await story.events(1)).length;
  await story.look();
  expect((await story.events(1)).length).toBe(events);
  expect(story.repository.statuses(head)['orthrus']).toMatch(/^success: /);
});

test('B12 a pull request whose head is the tip of a cache branch has none of its own', async () => {
  const story = await begin({ repository: { branches: [] } });
  const base = story.pushMain({ 'a.c': 'base' });
  story.pushPull(1, base, { 'a.c': 'first' });
  await story.start();
  const build = await story.build(1);
  story.repository.push('refs/pull/2/head', story.tip(1));
  await story.look();
  await story.look();
  expect(story.repository.at(story.branch(2))).toBeNull();
  const streams = await story.service.log.db.selectFrom('pulls').select('number').execute();
  expect(streams).toEqual([{ number: 1 }]);
  expect(story.ci.calls).toEqual([`start ${build.commit.slice(0, 7)}.1`]);
  expect(story.moves).toEqual([`orthrus/pr-1 ${build.commit.slice(0, 7)}`]);
});

test('B10 the one that failed is closed, or moves on: its failure does not stay on the other', async () => {
  for (const leave of ['push', 'close'] as const) {
    const { story, base, head } = await openTwins();
    story.ci.finish(await story.build(2), failed('app', { error: 'a.c:1: error: no' }));
    await story.until(2, 'idle');
    story.ci.finish(await story.build(1), built('app', 'one'));
    await story.until(1, 'idle');
    await story.settle();
    const both = story.repository.statuses(head);
    expect(both['orthrus']).toMatch(/^failure: #2 failure, #1 success/);
    expect(both['orthrus/app']).toMatch(/^failure: /);
    if (leave === 'push') story.pushPull(2, base, { 'a.c': 'another' });
    else story.closePull(2);
    await story.look();
    await story.settle();
    // Of the job, too, though #1 had never said anything of one that it built well.
    expect(story.repository.statuses(head)).toEqual({
      orthrus: expect.stringMatching(/^success: (?!.*#2)/),
      'orthrus/app': 'success: succeeded',
    });
    const said = story.statuses.length;
    await story.look();
    expect(story.statuses).toHaveLength(said);
  }
});

test('B10 the one that failed leaves while the other is being built: what that build says of the job stands in the end', async () => {
  for (const ends of ['well', 'badly'] as const) {
    const { story, head } = await openTwins();
    story.ci.finish(await story.build(2), failed('app', { error: 'a.c:1: error: no' }));
    await story.until(2, 'idle');
    story.closePull(2);
    await story.look();
    await story.settle();
    expect(story.repository.statuses(head)['orthrus']).toMatch(/^pending: /);
    const app =
      ends === 'well' ? built('app', 'one') : failed('app', { error: 'a.c:2: error: no' });
    story.ci.finish(await story.build(1), app);
    await story.until(1, 'idle');
    await story.settle();
    expect(story.repository.statuses(head)).toEqual({
      orthrus: expect.stringMatching(ends === 'well' ? /^success: / : /^failure: app failed/),
      'orthrus/app': ends === 'well' ? 'success: succeeded' : 'failure: a.c:2: error: no',
    });
  }
});
