import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { ToldOtherwise } from '../doubles/told-otherwise.ts';
import { cacheOf, openPull, reasonsOf } from './opening.ts';
import { short, type Story } from './story.ts';

/** #1 has been built; #2 stands on top of it, by whomever `told` says. */
async function stack(
  told = new ToldOtherwise(),
): Promise<{ story: Story; head: string; top: string }> {
  const { story, head, build } = await openPull({ forge: told.forge });
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'), built('lib', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const top = story.pushPull(2, head, { 'b.c': 'on top' });
  await story.look();
  return { story, head, top };
}

test('H3 a pull request on top of another one starts from its cache, and the reason names it', async () => {
  const { story, head, top } = await stack();
  const build = await story.build(2);
  expect(cacheOf(story, build.commit)).toEqual(cacheOf(story, story.tip(1)));
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'two'), built('lib', 'one', { built: false }));
  await story.until(2, 'idle');
  expect(await reasonsOf(story, 2, 1)).toEqual({
    app: `from #1's build of ${short(head)}`,
    lib: `unchanged; from #1's build of ${short(head)}`,
  });
  // What it has built itself is its own; for the rest it follows the one below, whatever its newest head is.
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const below = await story.build(1);
  story.ci.begin(below);
  story.ci.finish(below, built('app', 'three'), built('lib', 'three'));
  await story.until(1, 'idle');
  await story.settle();
  story.repository.push('refs/pull/2/head', story.repository.merge(top, second));
  await story.look();
  const entries = cacheOf(story, (await story.build(2)).commit);
  expect(entries?.['lib']).toEqual(cacheOf(story, story.tip(1))?.['lib']);
  expect(entries?.['app']).toEqual(cacheOf(story, story.pushes(2)[1] ?? '')?.['app']);
});

test('H3 F4 one whose author may not write does not start from it', async () => {
  const above = new ToldOtherwise();
  above.say(2, { trusted: false, authorMayWrite: false });
  const { story, top } = await stack(above);
  expect(await story.state(2)).toBe('awaitingApproval');
  await story.record(2, { type: 'pull.approved', head: top, by: 'grace' });
  await story.settle();
  expect(await story.state(2)).toBe('building');
  expect(cacheOf(story, (await story.build(2)).commit)).toBeNull();
});

test('H3 F4 what a stranger, though approved, has built seeds nobody; nor does what is closed', async () => {
  const told = new ToldOtherwise();
  const { story, head } = await stack(told);
  const lent = (): Promise<{ stream: string }[]> =>
    story.service.log.db.selectFrom('pull_seeds').select('stream').execute();
  expect(await lent()).toEqual([{ stream: story.stream(1) }]);
  told.say(1, { trusted: false, authorMayWrite: false });
  await story.look();
  expect(await lent()).toEqual([]);
  await story.record(1, { type: 'pull.approved', head, by: 'grace' });
  await story.settle();
  const again = await story.build(1);
  story.ci.begin(again);
  story.ci.finish(again, built('app', 'one'), built('lib', 'one'));
  await story.until(1, 'idle');
  story.pushPull(3, head, { 'c.c': 'another' });
  await story.look();
  expect(cacheOf(story, (await story.build(3)).commit)).toBeNull();

  told.say(1, { trusted: true, authorMayWrite: true });
  await story.look();
  expect(await lent()).toEqual([{ stream: story.stream(1) }]);
  story.closePull(1);
  await story.look();
  expect(await lent()).toEqual([]);
});
