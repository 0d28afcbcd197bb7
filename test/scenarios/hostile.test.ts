import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { built, failed } from '../doubles/scripted-ci.ts';
import { cacheOf, openPull, saidOf } from './opening.ts';
import { begin, short, type Story } from './story.ts';

const names = [
  '$(touch pwned)',
  '`touch pwned`',
  '"; touch pwned; "',
  "'; touch pwned #",
  '../../../pwned',
  '--upload-pack=touch pwned',
  '${builtins.abort "pwned"}',
  'a\nb\tc',
  '\u001b[31mred\u202e',
  '<script>alert(1)</script>',
  '{job}',
  '$&',
  "$'",
  '$$',
  '',
  '__proto__',
  'constructor',
  'x'.repeat(150),
];

/** Nothing of the kind was made, anywhere the service could have made it. */
function expectNothingExecuted(story: Story): void {
  const all = readdirSync(story.directory, { recursive: true, encoding: 'utf8' });
  expect(all.filter((path) => basename(path) === 'pwned')).toEqual([]);
  expect(readdirSync('.').filter((path) => basename(path) === 'pwned')).toEqual([]);
}

/** Every status on a commit, line by line, as any reader of notes would have them. */
function lines(story: Story, commit: string): { context: string; description: string }[] {
  return story.repository
    .git('notes', '--ref=orthrus', 'show', commit)
    .split('\n')
    .map((line): { context: string; description: string } => JSON.parse(line));
}

test('F5 hostile job names: contexts of their own, statuses that can be read, a cache file of data', async () => {
  const { story, head, build } = await openPull();
  story.ci.begin(build);
  story.ci.finish(build, ...names.map((name) => failed(name, { error: name })));
  await story.until(1, 'idle');
  const told = lines(story, head);
  expect(told.map(({ context }) => context).toSorted()).toEqual(
    ['orthrus', 'orthrus', ...names.map((name) => `orthrus/${name}`)].toSorted(),
  );
  for (const { description } of told) {
    expect([...description].length).toBeLessThanOrEqual(140);
    expect(description).not.toMatch(/\n/);
  }
  expect(story.pushes(1)).toEqual([build.commit]);
  expect(story.ci.calls).toEqual([`start ${short(build.commit)}.1`]);

  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const next = await story.build(1);
  story.ci.begin(next);
  story.ci.finish(next, ...names.map((name) => built(name, 'second')));
  await story.until(1, 'idle');
  expect(Object.keys(cacheOf(story, story.tip(1)) ?? {}).toSorted()).toEqual(names.toSorted());
  expect(lines(story, second).map(({ context }) => context)).toEqual(['orthrus', 'orthrus']);
  expectNothingExecuted(story);
});

test('F5 hostile branches, titles and authors: no shell, no path, no option', async () => {
  const usable = ['$(touch${IFS}pwned)', '`touch${IFS}pwned`', "a';touch-pwned;'", 'a"b', 'é<b>'];
  const story = await begin({ repository: { branches: usable } });
  const { repository } = story;
  const base = story.pushMain({ 'a.c': 'base' });
  for (const name of usable)
    repository.push(`refs/heads/${name}`, repository.commit(base, { 'b.c': name }));
  const title = '$(touch pwned) `touch pwned` "; touch pwned; \' <script> ${x}';
  const head = repository.commit(base, { 'a.c': 'first' }, title);
  repository.push('refs/pull/1/head', head);
  repository.git('symbolic-ref', 'refs/pull/1/base', `refs/heads/${usable[0]}`);
  await story.start();
  expect((await story.context(1)).pull).toMatchObject({ title, base: usable[0] });
  for (const name of usable) {
    const build = await story.branchBuild(name);
    story.ci.begin(build);
    story.ci.finish(build, built('hello', 'first'));
    await story.until(name, 'idle');
  }
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'second'));
  await story.until(1, 'idle');
  expect(repository.show(story.tip(1), 'commit.txt')).toBe(`${head}\n`);
  expect(repository.git('log', '-1', '--format=%B', story.tip(1))).not.toContain('touch');
  expect(story.statuses.filter((status) => status.startsWith(short(head)))).toEqual([
    saidOf(head, `orthrus pending: building ${short(head)}`),
    saidOf(head, 'orthrus success: …; 1 of 1 jobs built'),
  ]);
  expectNothingExecuted(story);
});

test('F5 a base that reads as an option: the pull request lives and ends like any other', async () => {
  const { story, head, build } = await openPull();
  story.repository.git('symbolic-ref', 'refs/pull/1/base', 'refs/heads/--exec=pwned');
  await story.look();
  expect((await story.context(1)).pull?.base).toBe('--exec=pwned');
  story.closePull(1);
  await story.look();
  expect(await story.state(1)).toBe('closed');
  expect(story.transcript(1)).toEqual({
    pushes: [],
    ci: [`start ${short(build.commit)}.1`, `cancel ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus error: closed before the build was finished'),
    ],
  });
  expectNothingExecuted(story);
});
