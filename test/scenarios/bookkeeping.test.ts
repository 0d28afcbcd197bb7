import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { openPull, saidOf } from './opening.ts';
import { begin, forges, short, type Story } from './story.ts';

const inFolder = { branches: [], cacheFile: 'ci/cache.nix', commitFile: 'ci/commit.txt' };

test.each(forges)(
  'A8 the pull request edits the bookkeeping files: ours win, and the status says so (%s)',
  async (at) => {
    const story = await begin({ at, repository: { branches: [] } });
    const base = await story.newMain({ 'a.c': 'base' });
    const head = await story.newHead(1, base, {
      'cache.nix': '{ evil = true; }',
      'commit.txt': 'mine',
    });
    await story.start();
    const build = await story.build(1);
    expect(story.repository.show(build.commit, 'cache.nix')).toBe('null\n');
    expect(story.repository.show(build.commit, 'commit.txt')).toBe(`${head}\n`);
    story.ci.begin(build);
    story.ci.finish(build, built('hello', 'first'));
    await story.until(1, 'idle');
    const note = 'its own cache.nix is overridden; its own commit.txt is overridden';
    expect(story.transcript(1)).toEqual({
      pushes: [build.commit, story.tip(1)],
      ci: [`start ${short(build.commit)}.1`],
      statuses: [
        saidOf(head, `orthrus pending: building ${short(head)}; ${note}`),
        saidOf(head, `orthrus success: …cold; 1 of 1 jobs built; ${note}`),
      ],
    });
  },
);

/** What a commit's tree holds, bit for bit, without our two files. */
function entries(story: Story, commit: string): string[] {
  const text = execFileSync('git', ['-C', story.repository.bare, 'ls-tree', '-rtz', commit], {
    encoding: 'latin1',
    maxBuffer: 64 * 1024 * 1024,
  });
  return text
    .split('\0')
    .filter((line) => !/\t(cache\.nix|commit\.txt)$/.test(line) && line !== '');
}

test('A9 symlinks, submodules, executable bits, names that are no UTF-8, 2000 files: bit for bit', async () => {
  const story = await begin({ repository: { branches: [] } });
  const { repository } = story;
  const { tree } = repository;
  const base = story.pushMain({ 'a.c': 'base' });
  repository.commit(base, {});
  symlinkSync('/nowhere/at all', join(tree, 'dangling'));
  symlinkSync('a.c', join(tree, 'link'));
  writeFileSync(join(tree, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(tree, 'run.sh'), 0o755);
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/latin-`), Buffer.from([0xe9, 0xff])]), 'é');
  writeFileSync(join(tree, 'a "quoted" \\ name\nwith a line'), 'x');
  for (let folder = 0; folder < 20; folder += 1) {
    mkdirSync(join(tree, `many/${folder}`), { recursive: true });
    for (let file = 0; file < 100; file += 1)
      writeFileSync(join(tree, `many/${folder}/${file}`), `${folder}.${file}`);
  }
  const inTree = (...args: string[]): string =>
    execFileSync('git', ['-C', tree, '-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], {
      encoding: 'utf8',
    }).trim();
  inTree('add', '--all');
  inTree('update-index', '--add', '--cacheinfo', `160000,${base},vendored`);
  inTree('commit', '--quiet', '--message', 'all kinds');
  const head = inTree('rev-parse', 'HEAD');
  repository.push('refs/pull/1/head', head);
  await story.start();

  const build = await story.build(1);
  const expected = entries(story, head);
  expect(expected.length).toBeGreaterThan(2000);
  expect(expected.filter((line) => /^(120000|160000|100755)/.test(line))).toHaveLength(4);
  expect(entries(story, build.commit)).toEqual(expected);
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  expect(entries(story, story.tip(1))).toEqual(expected);
  expect(repository.git('fsck', '--no-dangling')).toBe('');
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, story.tip(1)],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});

test.each([
  ['is there', { 'ci/build.sh': 'make', 'a.c': '1' }],
  ['is not there', { 'a.c': '1' }],
])('A10 bookkeeping files in a folder that %s', async (_, files) => {
  const story = await begin({ repository: inFolder });
  const head = story.pushPull(1, story.pushMain({ 'z.c': 'base' }), files);
  await story.start();
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  const recorded = story.tip(1);
  for (const commit of [build.commit, recorded]) {
    expect(story.repository.changed(head, commit)).toEqual(['ci/cache.nix', 'ci/commit.txt']);
    expect(story.repository.show(commit, 'ci/commit.txt')).toBe(`${head}\n`);
  }
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, recorded],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus success: …cold; 1 of 1 jobs built'),
    ],
  });
});

test.each([
  ['file', 'git'],
  ['symlink', 'git'],
  ['submodule', 'git'],
  ['file', 'github'],
] as const)(
  'A10 a %s is in the way: blocked with a reason, until a head without it comes (%s)',
  async (kind, at) => {
    const { story, head, build } = await openPull({
      at,
      repository: inFolder,
      config: { retry: { base: '10ms', max: '1h' } },
    });
    const { repository } = story;
    repository.commit(head, {});
    const { tree } = repository;
    if (kind === 'file') writeFileSync(join(tree, 'ci'), 'a file');
    if (kind === 'symlink') symlinkSync('elsewhere', join(tree, 'ci'));
    const inTree = (...args: string[]): string =>
      execFileSync('git', ['-C', tree, '-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], {
        encoding: 'utf8',
      }).trim();
    if (kind === 'submodule') inTree('update-index', '--add', '--cacheinfo', `160000,${head},ci`);
    else inTree('add', '--all');
    inTree('commit', '--quiet', '--message', 'in the way');
    const bad = inTree('rev-parse', 'HEAD');
    await story.people.update(1, bad);
    await story.look();
    expect(await story.state(1)).toBe('blocked');

    const good = await story.newHead(1, head, { 'b.c': 'without' });
    await story.look();

    const next = await story.build(1);
    expect(repository.parents(next.commit)).toEqual([build.commit, good]);
    expect(story.transcript(1)).toEqual({
      pushes: [build.commit, next.commit],
      ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.3`],
      statuses: [
        saidOf(head, `orthrus pending: building ${short(head)}`),
        saidOf(head, `orthrus error: superseded by ${short(bad)}`),
        saidOf(
          bad,
          `orthrus error: blocked: ci is a ${kind} where the bookkeeping files have to go`,
        ),
        saidOf(good, `orthrus pending: building ${short(good)}`),
      ],
    });
  },
);
