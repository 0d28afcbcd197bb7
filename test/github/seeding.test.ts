import { expect, test } from 'vitest';
import { built, storePathOf } from '../doubles/scripted-ci.ts';
import { beginAtGitHub, short } from './github-story.ts';

test('F4 H1 a pull request starts from what main left, whatever a stranger’s approved one has built since', async () => {
  const story = await beginAtGitHub({ repository: { branches: ['main'] } });
  const { github, ci, repository } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  ci.finish({ commit: base, attempt: 1 }, built('app', 'of main'));
  await story.until('main', 'idle');

  const fork = await github.people.fork(repository, 'stranger');
  const theirs = fork.git.commit(base, { 'a.c': 'theirs' });
  await github.people.push(fork, 'feature', theirs, 'stranger');
  const strange = await github.people.open(repository, 'feature', { from: fork, by: 'stranger' });
  await story.settle();
  story.world.advance(2000);
  await github.people.comment(strange, `/orthrus approve ${short(theirs)}`, 'ada');
  await story.settle();
  ci.finish(await story.build(1), built('app', 'of the stranger'));
  await story.until(1, 'idle');
  expect(repository.git.show(story.tip(1) ?? '', 'cache.nix')).toContain(
    storePathOf('of the stranger', 'app', 'cache'),
  );

  const cacheOf = (number: number): string =>
    repository.git.show(story.tip(number) ?? '', 'cache.nix');
  await story.open('beside', base, { 'b.c': 'beside it' });
  await story.open('on-top', theirs, { 'b.c': 'on top of it' });
  await story.settle();
  for (const number of [2, 3]) {
    expect(cacheOf(number)).toContain(storePathOf('of main', 'app', 'cache'));
    expect(cacheOf(number)).not.toContain(storePathOf('of the stranger', 'app', 'cache'));
  }
  github.ledger.transcript();
});
