import { expect, test } from 'vitest';
import { coldSpell, slowLimit } from '../../machines/pull-request/slowness.ts';
import { built } from '../doubles/scripted-ci.ts';
import { cacheOf, openPull, reasonsOf } from './opening.ts';

test('C19 a job that is slower from its cache, again and again, goes cold by itself, and says so', async () => {
  const { story, head } = await openPull();
  let last = head;
  /** The newest attempt's build ends: `app` took so long, `lib` is quick from its cache. */
  const end = async (milliseconds: number): Promise<Record<string, string>> => {
    const build = await story.build(1);
    const as = `build ${build.attempt}`;
    story.ci.begin(build);
    story.ci.finish(
      build,
      built('app', as, { milliseconds }),
      built('lib', as, { milliseconds: build.attempt === 1 ? 1000 : 10 }),
    );
    await story.until(1, 'idle');
    await story.settle();
    return reasonsOf(story, 1, build.attempt);
  };
  const push = async (): Promise<string[]> => {
    last = story.pushPull(1, last, { 'a.c': `after ${last}` });
    await story.look();
    return Object.keys(cacheOf(story, (await story.build(1)).commit) ?? {});
  };

  await end(1000);
  for (let slow = 0; slow < slowLimit; slow += 1) {
    expect(await push()).toEqual(['app', 'lib']);
    expect((await end(2000))['app']).toMatch(/^from #1's build of /);
  }
  expect(await push()).toEqual(['lib']);
  expect(await end(1000)).toMatchObject({
    app: 'cold: its incremental builds were slower',
    lib: expect.stringMatching(/^from #1's build of /),
  });
  // It goes on so for a while, and each build counts.
  expect((await story.context(1)).slow).toEqual({
    app: { inARow: slowLimit - 1, coldFor: coldSpell - 1 },
  });
  expect(await push()).toEqual(['lib']);
});
