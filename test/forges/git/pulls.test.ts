import { expect, test } from 'vitest';
import { gitForge } from './fixture.ts';

test('a pull request is a head ref, with its base, title and author', async () => {
  const { forge, bare } = gitForge();
  const main = bare.commit('refs/heads/main');
  const release = bare.commit('refs/heads/release/1');
  const head = bare.commit('refs/pull/12/head', {
    parents: [release],
    message: 'Turn the wheel\n\nFaster.',
  });
  bare.git('symbolic-ref', 'refs/pull/12/base', 'refs/heads/release/1');
  bare.git('update-ref', 'refs/pull/3/head', main);
  bare.git('update-ref', 'refs/pull/not-a-number/head', main);
  bare.git('update-ref', 'refs/pull/012/head', main);
  const repository = await forge.repository('ada/engine');
  expect(await forge.openPulls(repository)).toEqual([
    expect.objectContaining({ number: 3, head: main, base: 'main' }),
    {
      number: 12,
      state: 'open',
      title: 'Turn the wheel',
      head,
      headRef: 'refs/pull/12/head',
      base: 'release/1',
      draft: false,
      author: 'Ada',
      trusted: true,
      authorMayWrite: true,
      headBranch: null,
      labels: [],
      changedAt: null,
    },
  ]);
  expect(await forge.pull(repository, 12, null)).toMatchObject({ number: 12, head });
});

test('a base that has gone is still the base', async () => {
  const { forge, bare } = gitForge();
  bare.commit('refs/heads/main');
  bare.commit('refs/pull/1/head');
  bare.git('symbolic-ref', 'refs/pull/1/base', 'refs/heads/gone');
  const repository = await forge.repository('ada/engine');
  expect(await forge.pull(repository, 1, null)).toMatchObject({ base: 'gone' });
  bare.git('symbolic-ref', 'refs/pull/1/base', 'refs/tags/odd');
  expect(await forge.pull(repository, 1, null)).toMatchObject({ base: 'main' });
});

test('B1 B2 a ref that vanished was merged if the base holds its head, else closed', async () => {
  const { forge, bare } = gitForge();
  const main = bare.commit('refs/heads/main');
  const merged = bare.commit('refs/pull/1/head', { parents: [main] });
  const dropped = bare.commit('refs/pull/2/head', { parents: [main] });
  bare.commit('refs/heads/main', { parents: [main, merged] });
  bare.git('update-ref', '-d', 'refs/pull/1/head');
  bare.git('update-ref', '-d', 'refs/pull/2/head');
  const repository = await forge.repository('ada/engine');
  const last = (head: string, base = 'main') => ({ head, base, title: 'A title', author: 'Ada' });
  expect(await forge.pull(repository, 1, last(merged))).toMatchObject({
    state: 'merged',
    head: merged,
    base: 'main',
  });
  expect(await forge.pull(repository, 2, last(dropped))).toMatchObject({
    state: 'closed',
    title: 'A title',
    author: 'Ada',
  });
  expect(await forge.pull(repository, 1, last(merged, 'gone'))).toMatchObject({ state: 'closed' });
  expect(await forge.pull(repository, 2, last('a'.repeat(40)))).toMatchObject({
    state: 'closed',
    head: null,
  });
  expect(await forge.pull(repository, 7, null)).toBeNull();
});

test('a head that is a tag is the commit it names, and one that is no commit is none', async () => {
  const { forge, bare } = gitForge();
  const main = bare.commit('refs/heads/main', { message: 'The commit' });
  bare.git('tag', '-a', '-m', 'The tag', 'v1', main);
  bare.git('update-ref', 'refs/pull/1/head', 'refs/tags/v1');
  bare.git('update-ref', 'refs/pull/2/head', bare.git('rev-parse', `${main}^{tree}`));
  const repository = await forge.repository('ada/engine');
  expect(await forge.openPulls(repository)).toMatchObject([
    { number: 1, head: main },
    { number: 2, head: null },
  ]);
});

test('all pull requests are read in one process', async () => {
  const { forge, bare, git } = gitForge();
  const main = bare.commit('refs/heads/main');
  const many = Array.from({ length: 2000 }, (_, n) => `create refs/pull/${n + 1}/head ${main}\n`);
  await git.run(bare.directory, ['update-ref', '--stdin'], { what: 'x', input: many.join('') });
  const repository = await forge.repository('ada/engine');
  const before = performance.now();
  expect(await forge.openPulls(repository)).toHaveLength(2000);
  expect(performance.now() - before).toBeLessThan(5000);
});

test('F5 hostile subjects and author names are text', async () => {
  const { forge, bare } = gitForge();
  const message = '$(touch x) `id` <b>"\u0007 ${a}';
  const head = bare.commit('refs/pull/1/head', { message });
  const repository = await forge.repository('ada/engine');
  expect(await forge.pull(repository, 1, null)).toMatchObject({ title: message, head });
});
