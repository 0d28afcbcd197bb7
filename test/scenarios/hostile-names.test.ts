import { expect, test } from 'vitest';
import { built, storePathOf } from '../doubles/scripted-ci.ts';
import { cacheOf, openPull, saidOf } from './opening.ts';
import { short } from './story.ts';

const hostile = [
  'a"b',
  'a\\b',
  'a\\',
  '${throw "x"}',
  '$${x}',
  "''${x}''",
  'a\nb\rc\td',
  '"; evil = import <nixpkgs>; "',
  '../../etc/passwd',
  'outPath',
  '__toString',
  'if',
  'größer 🐍',
  ' ',
];

test('C12 hostile job names: for Nix the cache file has exactly those names, and nothing but data', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  story.ci.finish(build, ...hostile.map((name) => built(name, 'one')));
  await story.until(1, 'idle');
  const cache = cacheOf(story, story.tip(1)) ?? {};
  expect(Object.keys(cache).toSorted()).toEqual(hostile.toSorted());
  for (const name of hostile)
    expect(cache[name]).toEqual({
      drv: `${storePathOf('one', name)}.drv`,
      from: null,
      path: storePathOf('one', name, 'cache'),
    });
  expect(story.repository.show(story.tip(1), 'cache.nix').split('\n')).toHaveLength(
    hostile.length + 3,
  );

  // The next overlay carries them through the log and back.
  story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  expect(cacheOf(story, story.tip(1))).toEqual(cache);
});

test('C12 an output that is no store path is never recorded, nor a derivation that is none', async () => {
  const { story, head, build } = await openPull();
  const left = storePathOf('one', 'app', 'cache');
  const outputs = (intermediates: string): { outputs: Record<string, string> } => ({
    outputs: { intermediates },
  });
  story.ci.begin(build);
  story.ci.finish(
    build,
    built('good', 'one'),
    built('relative', 'one', outputs('nix/store/x')),
    built('elsewhere', 'one', outputs('/etc/passwd')),
    built('above', 'one', outputs(`${left}/../../../etc/passwd`)),
    built('inside', 'one', outputs(`${left}/file`)),
    built('quoted', 'one', outputs(`${left}"; x = "`)),
    built('pasted', 'one', outputs(`${left}\${x}`)),
    built('lined', 'one', outputs(`${left}\n`)),
    built('empty', 'one', outputs('')),
    built('underived', 'one', { drv: left }),
    built('unknown', 'one', { drv: null }),
  );
  await story.until(1, 'idle');
  expect(Object.keys(cacheOf(story, story.tip(1)) ?? {})).toEqual(['good']);
  expect(story.statuses).toEqual([
    saidOf(head, `orthrus pending: building ${short(head)}`),
    saidOf(head, 'orthrus success: …cold; 11 of 11 jobs built'),
  ]);
});
