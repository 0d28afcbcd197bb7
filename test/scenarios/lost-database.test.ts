import { rmSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cacheEntry, type CacheEntries } from '../../machines/cache.ts';
import { parseCacheFile, renderCacheFile } from '../../src/effects/cache-file.ts';
import { built, storePathOf } from '../doubles/scripted-ci.ts';
import { cacheOf, openPull } from './opening.ts';
import type { Story } from './story.ts';

/** The service stops, its database is gone, and it starts again. */
async function loseDatabase(story: Story, meanwhile: () => void = () => {}): Promise<void> {
  await story.stop();
  const { file } = story.config.database;
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  meanwhile();
  await story.start();
  await story.settle();
}

test('G5 the database is lost: the next overlay goes on where the branch is, with the cache that it holds', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'), built('lib', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const tip = story.tip(1);
  const cache = cacheOf(story, tip);
  let second = '';
  await loseDatabase(story, () => {
    second = story.pushPull(1, head, { 'a.c': 'second' });
  });
  await story.until(1, 'building');
  const next = await story.build(1);
  expect(story.tip(1)).toBe(next.commit);
  expect(story.repository.parents(next.commit)).toEqual([tip, second]);
  expect(story.repository.changed(second, next.commit)).toEqual(['cache.nix', 'commit.txt']);
  expect(cacheOf(story, next.commit)).toEqual(cache);
  // The job whose derivation is still the same was not built.
  story.ci.begin(next);
  story.ci.finish(next, built('app', 'two'), built('lib', 'one', { built: false }));
  await story.until(1, 'idle');
  await story.settle();
  expect(story.repository.statuses(second)['orthrus']).toMatch(/^success: .*1 of 2 jobs built$/);
  expect(cacheOf(story, story.tip(1))).toEqual({
    app: {
      drv: built('app', 'two').drv,
      from: cache?.['app']?.path,
      path: built('app', 'two').outputs['intermediates'],
    },
    lib: cache?.['lib'],
  });
});

test('G5 nothing was pushed meanwhile: one overlay more, on top of the tip, and one verdict', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const tip = story.tip(1);
  await loseDatabase(story);
  await story.until(1, 'building');
  const next = await story.build(1);
  expect(story.repository.parents(next.commit)).toEqual([tip, head]);
  expect(cacheOf(story, next.commit)).toEqual(cacheOf(story, tip));
  const from = story.statuses.length;
  story.ci.begin(next);
  story.ci.finish(next, built('app', 'one', { built: false }));
  await story.until(1, 'idle');
  await story.settle();
  expect(story.statuses.slice(from)).toEqual([
    expect.stringMatching(/ orthrus success: .*nothing to build \(1 already built\)$/),
  ]);
});

test('G5 a force-push meanwhile: the branch starts anew, with the cache', async () => {
  const { story, base, build } = await openPull();
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  await story.settle();
  const cache = cacheOf(story, story.tip(1));
  let other = '';
  await loseDatabase(story, () => {
    other = story.pushPull(1, base, { 'a.c': 'other' });
  });
  await story.until(1, 'building');
  const next = await story.build(1);
  expect(story.repository.parents(next.commit)).toEqual([other]);
  expect(cacheOf(story, next.commit)).toEqual(cache);
});

const path = fc.string({ minLength: 1 }).map((word) => storePathOf(word, 'path'));
const entries: fc.Arbitrary<CacheEntries> = fc
  .uniqueArray(
    fc.tuple(
      fc.oneof(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({
          unit: fc.constantFrom('$', '{', '}', '"', '\\', '\n', '\r', '\t', "'", ';', 'n', ' '),
          minLength: 1,
        }),
        fc.constantFrom('__proto__', 'constructor', '${builtins.abort "x"}', '"; } ; x = {'),
      ),
      fc.record({
        drv: fc.option(path.map((one) => `${one}.drv`)),
        from: fc.option(path),
        path,
      }),
    ),
    { selector: ([name]) => name },
  )
  .map((list) => Object.fromEntries(list));

test('G5 F5 what was written into a cache file is read back the same, whatever the jobs are called', () => {
  fc.assert(
    fc.property(entries, (given) => {
      for (const entry of Object.values(given))
        expect(cacheEntry.safeParse(entry).success).toBe(true);
      expect(parseCacheFile(renderCacheFile(given))).toEqual(given);
    }),
    { numRuns: 500 },
  );
});

test('G5 a file that somebody has edited is not guessed at', () => {
  const text = renderCacheFile({ app: { drv: null, from: null, path: storePathOf('a') } });
  for (const edited of [
    `${text}\n`,
    text.slice(0, -1),
    `# hello\n${text}`,
    text.replace('drv', 'x'),
    '',
  ])
    expect(parseCacheFile(edited)).toBeNull();
});
