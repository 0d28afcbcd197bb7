import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cacheOf, reasonsOf, saidOf } from './opening.ts';
import { beginWithNix, type NixStory } from './nix-story.ts';
import { short } from './story.ts';

const unchanged = (jobs: number): string =>
  `orthrus success: …nothing to build (${jobs} already built)`;

/** main is built; #1 changes `app` and is built. */
async function opened(story: NixStory): Promise<{ base: string; head: string }> {
  const base = story.pushMain(story.files());
  await story.start();
  await story.until('main', 'idle');
  expect(story.built()).toEqual(['app', 'doc', 'lib']);
  const head = await story.push(1, base, { 'app/text': 'two' });
  return { base, head };
}

test('C16 job by job and push by push, only what a push touched is built', async () => {
  const story = await beginWithNix();
  const { base, head } = await opened(story);
  // Right after seeding.
  expect(story.built()).toEqual(['app']);
  expect(await reasonsOf(story, 1, 1)).toEqual({
    app: `from main at ${short(base)}`,
    doc: `unchanged; from main at ${short(base)}`,
    lib: `unchanged; from main at ${short(base)}`,
  });

  const readme = await story.push(1, head, { README: 'please' });
  expect(story.built()).toEqual([]);
  expect(story.statuses.at(-1)).toEqual(saidOf(readme, unchanged(3)));

  const lib = await story.push(1, readme, { 'lib/text': 'two' });
  expect(story.built()).toEqual(['lib']);
  expect(await reasonsOf(story, 1, 3)).toEqual({
    app: `unchanged; from #1's build of ${short(head)}`,
    doc: `unchanged; from main at ${short(base)}`,
    lib: `from main at ${short(base)}`,
  });

  // main goes on, and is merged into the pull request: what main built is not built again.
  const main = story.pushMain({ 'doc/text': 'two' });
  await story.look();
  await story.until('main', 'idle');
  expect(story.built()).toEqual(['doc']);
  const content = story.repository.commit(lib, { 'doc/text': 'two' });
  const merge = execFileSync(
    'git',
    [
      '-C',
      story.repository.tree,
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=ada@example.org',
      'commit-tree',
      `${content}^{tree}`,
      '-p',
      lib,
      '-p',
      main,
      '-m',
      'merge main',
    ],
    { encoding: 'utf8' },
  ).trim();
  story.repository.push('refs/pull/1/head', merge);
  await story.look();
  await story.until(1, 'idle');
  expect(story.built()).toEqual([]);
  expect(await reasonsOf(story, 1, 4)).toMatchObject({
    doc: `unchanged; from main at ${short(main)}`,
  });
  expect(story.statuses.at(-1)).toEqual(saidOf(merge, unchanged(3)));

  const both = await story.push(1, merge, { 'app/text': 'three', 'doc/text': 'three' });
  expect(story.built()).toEqual(['app', 'doc']);
  const again = await story.push(1, both, { README: 'thank you' });
  expect(story.built()).toEqual([]);
  expect(story.statuses.at(-1)).toEqual(saidOf(again, unchanged(3)));
  // One build asked for each head, and for each commit of main.
  expect(story.asked).toHaveLength(8);
});

test('C13 the commit that records the cache evaluates to what is already built', async () => {
  const story = await beginWithNix({ repository: { coldRetry: false } });
  const { head } = await opened(story);
  await story.push(1, head, { 'lib/text': 'two', 'app/text': 'broken' });
  const [overlay = '', recorded = ''] = story.pushes(1).slice(-2);
  expect(story.repository.parents(recorded)).toEqual([overlay]);
  expect(story.repository.changed(overlay, recorded)).toEqual(['cache.nix']);

  const ref = story.branch(1);
  const before = story.evaluate(overlay, ref);
  const after = story.evaluate(recorded, ref);
  expect(after).toEqual(before);
  for (const job of ['lib', 'doc'])
    for (const output of after[job]?.outputs ?? ['']) expect(story.isValid(output)).toBe(true);
  // It is not announced to the CI either.
  expect(story.asked.filter((call) => call.includes(short(recorded)))).toEqual([]);
  story.built();
  await story.look();
  expect(story.built()).toEqual([]);
  expect(await story.state(1)).toBe('idle');
});

test('C1 C2 C5 with real Nix: a job breaks, the flake breaks, a job is added and one removed', async () => {
  const story = await beginWithNix();
  const { head } = await opened(story);
  const before = cacheOf(story, story.tip(1));
  const broken = await story.push(1, head, { 'app/text': 'broken', 'lib/text': 'two' });
  const kept = cacheOf(story, story.tip(1));
  expect(kept?.['app']).toEqual(before?.['app']);
  expect(kept?.['lib']?.from).toBe(before?.['lib']?.path);
  expect(story.statuses.slice(-2)).toEqual([
    saidOf(broken, 'orthrus/app failure: …failed with exit code 1…'),
    saidOf(broken, 'orthrus failure: app failed, without the cache too'),
  ]);

  const senseless = await story.push(1, broken, {
    'flake.nix': '{ outputs = { self }: nothing; }',
  });
  expect(story.statuses.slice(-2)).toEqual([
    saidOf(senseless, `orthrus pending: building ${short(senseless)}`),
    saidOf(senseless, "orthrus error: evaluation failed: undefined variable 'nothing'…"),
  ]);
  expect(cacheOf(story, story.tip(1))).toEqual(kept);

  story.built();
  const mended = await story.push(1, senseless, {
    'flake.nix': story.flake('{ app = job "app"; new = job "new"; doc = job "doc"; }'),
    'app/text': 'three',
    'new/text': 'one',
  });
  expect(story.built()).toEqual(['app', 'new']);
  const now = cacheOf(story, story.tip(1));
  expect(Object.keys(now ?? {})).toEqual(['app', 'doc', 'new']);
  expect(now?.['app']?.from).toBe(before?.['app']?.path);
  expect(now?.['new']?.from).toBeNull();
  expect(story.statuses.at(-1)).toEqual(
    saidOf(mended, 'orthrus success: …partly warm (cold took …); 2 of 3 jobs built'),
  );
});

test('C11 a derivation with several outputs: the configured one is recorded, or nothing', async () => {
  const story = await beginWithNix({ repository: { branches: [], output: 'objects' } });
  const outputs = (names: string): string => `with' { outputs = [ ${names} ]; }`;
  const flake = story.flake(
    `{ app = ${outputs('"out" "dev" "objects"')} "app"; lib = ${outputs('"out" "dev"')} "lib"; }`,
  );
  const base = story.pushMain(story.files({ 'flake.nix': flake }));
  story.pushPull(1, base, { 'app/text': 'two' });
  await story.start();
  await story.until(1, 'idle');
  const cache = cacheOf(story, story.tip(1));
  expect(Object.keys(cache ?? {})).toEqual(['app']);
  expect(cache?.['app']?.path).toMatch(/-app-objects$/);
  expect(story.built()).toEqual(['app', 'lib']);
});
