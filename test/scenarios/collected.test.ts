import { expect, test } from 'vitest';
import { cacheOf, reasonsOf, saidOf } from './opening.ts';
import { beginWithNix, type NixStory } from './nix-story.ts';
import { short } from './story.ts';

/** #1 was built twice, so that the entry of `app` came from an earlier one. */
async function twice(story: NixStory): Promise<{ first: string; second: string }> {
  const base = story.pushMain(story.files());
  const first = story.pushPull(1, base, { 'app/text': 'two' });
  await story.start();
  await story.until(1, 'idle');
  const second = await story.push(1, first, { 'app/text': 'three' });
  expect(story.built()).toEqual(['app', 'app', 'doc', 'lib']);
  return { first, second };
}

/** The recorded entry of `app`. */
function entry(story: NixStory): { drv: string; from: string; path: string } {
  const { drv, from, path } = cacheOf(story, story.tip(1))?.['app'] ?? {};
  if (drv == null || from == null || path === undefined) throw new Error('no entry of its own');
  return { drv, from, path };
}

const quiet = { repository: { branches: [] } };

test('C6 a path that was collected is seen before it is written: that job is built cold, once', async () => {
  const story = await beginWithNix(quiet);
  const { second } = await twice(story);
  const { path } = entry(story);
  story.collect(path);
  const third = await story.push(1, second, { 'app/text': 'four' });
  expect(story.built()).toEqual(['app']);
  expect(await reasonsOf(story, 1, 3)).toMatchObject({ app: 'cold: path collected' });
  expect(cacheOf(story, story.tip(1))?.['app']).toMatchObject({ from: null });
  expect(story.asked).toHaveLength(3);
  await story.push(1, third, { README: 'four' });
  expect(story.built()).toEqual([]);
});

test('C6 collected after the overlay was pushed: known by our own path, built cold once, no loop', async () => {
  const story = await beginWithNix(quiet);
  const { second } = await twice(story);
  const { path } = entry(story);
  story.beforeStart = ({ attempt }) => {
    if (attempt === 3) story.collect(path);
  };
  const third = await story.push(1, second, { 'app/text': 'four' });
  expect(story.built()).toEqual(['app']);
  expect(story.asked.map((call) => call.split('.')[1])).toEqual(['1', '2', '3', '4']);
  const lost = (await story.events(1)).find(
    ({ data }) => data.type === 'build.finished' && data.error !== null,
  );
  expect(lost?.data).toMatchObject({ error: { kind: 'missing-path', paths: [path] } });
  expect(await reasonsOf(story, 1, 4)).toMatchObject({ app: 'cold: path collected' });
  expect(story.statuses.slice(-2)).toEqual([
    saidOf(third, `orthrus pending: building ${short(third)}`),
    saidOf(third, 'orthrus success: …cold; 1 of 3 jobs built'),
  ]);
  await story.push(1, third, { 'app/text': 'five' });
  expect(story.built()).toEqual(['app']);
  expect(story.asked).toHaveLength(5);
});

test('C6 only what it came from is collected: still incremental, without the comparison', async () => {
  const story = await beginWithNix(quiet);
  const { second } = await twice(story);
  const { from, path } = entry(story);
  story.collect(from);
  await story.push(1, second, { README: 'four' });
  const [overlay = '', recorded = ''] = story.pushes(1).slice(-2);
  expect(cacheOf(story, overlay)?.['app']).toEqual({ drv: null, from: null, path });
  // It cannot be told that nothing changed, so it is built from what it left.
  expect(story.built()).toEqual(['app']);
  expect(cacheOf(story, recorded)?.['app']).toMatchObject({ from: path });
});

test('C6 what a pull request still needs is kept from a collection', async () => {
  const story = await beginWithNix(quiet);
  const { second } = await twice(story);
  const { from, path } = entry(story);
  expect(() => story.collectKept(path)).toThrow(/alive|still/);
  expect(story.isValid(from)).toBe(true);
  story.closePull(1);
  await story.look();
  await story.until(1, 'closed');
  await story.settle();
  expect(() => story.collectKept(path)).not.toThrow();
  expect(second).not.toBe('');
});
