import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { begin, short } from './story.ts';

const twoFiles = ['cache.nix', 'commit.txt'];

test('A1 a fast-forward push: parents [tip, head], the two files, the cache carried over', async () => {
  const story = await begin({ repository: { branches: [] } });
  const { repository, ci } = story;
  const base = repository.commit(null, { 'a.c': 'one' });
  repository.push('refs/heads/main', base);
  const first = story.pushPull(1, base, { 'a.c': 'two' });
  await story.start();
  const firstBuild = await story.build(1);
  expect(repository.parents(firstBuild.commit)).toEqual([first]);
  ci.begin(firstBuild);
  ci.finish(firstBuild, built('hello', 'first'));
  await story.until(1, 'idle');
  const recorded = story.tip(1);
  expect(repository.parents(recorded)).toEqual([firstBuild.commit]);

  const second = story.pushPull(1, first, { 'a.c': 'three' });
  await story.look();

  const overlay = story.tip(1);
  expect(repository.parents(overlay)).toEqual([recorded, second]);
  expect(repository.changed(second, overlay)).toEqual(twoFiles);
  expect(repository.show(overlay, 'commit.txt')).toBe(`${second}\n`);
  expect(repository.show(overlay, 'cache.nix')).toBe(repository.show(recorded, 'cache.nix'));
  expect(story.transcript(1)).toEqual({
    pushes: [firstBuild.commit, recorded, overlay],
    ci: [`start ${short(firstBuild.commit)}.1`, `start ${short(overlay)}.2`],
    statuses: [
      `${short(first)} orthrus pending: building ${short(first)}`,
      expect.stringMatching(`^${short(first)} orthrus success: .*cold; 1 of 1 jobs built$`),
      `${short(second)} orthrus pending: building ${short(second)}`,
    ],
  });
});
