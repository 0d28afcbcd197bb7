import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { short } from '../github/github-story.ts';
import { openWithOther } from './generic-story.ts';

/** A job as a CI tells it. */
function job(name: string, as: string, outputs = built(name, as).outputs): object {
  return { name, state: 'success', drv: built(name, as).drv, outputs };
}

test('A4 B1 B4 what a CI says of a head that was left, or of a closed pull request, is no verdict', async () => {
  const { story, pull, head, overlay } = await openWithOther();
  const { at } = story;
  const of = (commit: string): object => ({ repository: 'o/r', commit });
  await story.tell({ ...of(overlay), jobs: [{ name: 'app', state: 'pending' }] });
  at.world.advance(2000);
  const second = at.repository.git.commit(head, { 'a.c': 'second' });
  await at.github.people.update(pull, second);
  await at.settle();
  const next = (await at.build(1)).commit;
  await story.tell({ ...of(overlay), jobs: [job('app', 'late')], complete: true });
  expect(at.statuses(second)).toEqual({ orthrus: `pending: building ${short(second)}` });
  expect(at.tip(1)).toBe(next);
  await story.tell({ ...of(next), jobs: [job('app', 'two')], complete: true });
  const recorded = at.tip(1) ?? '';
  expect(at.repository.git.show(recorded, 'cache.nix')).toContain(
    built('app', 'two').outputs['intermediates'],
  );
  await at.github.people.close(pull);
  await at.settle();
  await story.tell({ ...of(next), jobs: [{ name: 'app', state: 'failure' }], complete: true });
  expect(await at.state(1)).toBe('closed');
  expect(at.github.ledger.transcript(({ kind }) => kind === 'push')).toEqual([
    `push orthrus/pr-1 ${short(overlay)}`,
    `push orthrus/pr-1 ${short(next)}`,
    `push orthrus/pr-1 ${short(recorded)}`,
    'push orthrus/pr-1 gone',
  ]);
  expect(at.github.ledger.transcript(({ kind }) => kind !== 'push')).toEqual([
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    `status ${short(head)} orthrus error: superseded by ${short(second)}`,
    `status ${short(second)} orthrus pending: building ${short(second)}`,
    expect.stringMatching(`^status ${short(second)} orthrus success: `),
  ]);
});

test('C1 C5 C11 C12 entries of jobs that fail stay, of those that are gone go, and nothing but the output asked for is one', async () => {
  const { story, pull, head, overlay } = await openWithOther();
  const { at } = story;
  const hostile = 'a"; ${builtins.abort "no"}';
  const cache = (): string => at.repository.git.show(at.tip(1) ?? '', 'cache.nix');
  const path = (name: string, as: string): string =>
    built(name, as).outputs['intermediates'] ?? 'none';
  const first = { repository: 'o/r', commit: overlay, complete: true };
  expect(
    await story.tell({ ...first, jobs: [job('app', 'one', { intermediates: '/etc/passwd' })] }),
  ).toMatchObject({ status: 400 });
  const jobs = ['app', 'lib', hostile].map((name) => job(name, 'one'));
  const onlyOut = job('tool', 'one', { out: built('tool', 'one').outputs['intermediates'] ?? '' });
  await story.tell({ ...first, jobs: [...jobs, onlyOut] });
  for (const name of ['app', 'lib', hostile]) expect(cache()).toContain(path(name, 'one'));
  expect(cache()).not.toContain(path('tool', 'one'));
  expect(cache()).not.toMatch(/[^\\]\$\{/);

  at.world.advance(2000);
  const second = at.repository.git.commit(head, { 'a.c': 'second' });
  await at.github.people.update(pull, second);
  await at.settle();
  const commit = (await at.build(1)).commit;
  await story.tell({
    ...first,
    commit,
    jobs: [{ name: 'app', state: 'error' }, job(hostile, 'two')],
  });
  expect(at.statuses(second)['orthrus']).toMatch(/^error: .*app/);
  expect(cache()).toContain(path('app', 'one'));
  expect(cache()).toContain(path(hostile, 'two'));
  expect(cache()).not.toContain('"lib"');
  at.github.ledger.transcript();
});

test('C10 a rebuild is a new commit of the same head, for the CI to see', async () => {
  const { story, pull, head, overlay } = await openWithOther();
  const { at } = story;
  const of = { repository: 'o/r', complete: true };
  await story.tell({ ...of, commit: overlay, jobs: [{ name: 'app', state: 'failure' }] });
  await at.github.people.comment(pull, '/orthrus rebuild', 'ada');
  await at.settle();
  const again = (await at.build(1)).commit;
  expect(again).not.toBe(overlay);
  expect(at.tip(1)).toBe(again);
  await story.tell({ ...of, commit: again, jobs: [job('app', 'one')] });
  expect(at.statuses(head)['orthrus']).toMatch(/^success: /);
  at.github.ledger.transcript();
});
