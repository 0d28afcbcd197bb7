import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { short } from '../github/github-story.ts';
import { jobs, openWithTyphon } from './typhon-story.ts';

test('E8 Typhon is down: the build waits, and starts when it is back', async () => {
  const { story, head } = await openWithTyphon({}, async ({ work, typhon }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
    work.builds = () => 'success';
    await typhon.line('refused');
  });
  const overlay = await story.overlay(1);
  await story.startFails();
  expect(await story.at.state(1)).toBe('building');
  await story.at.untilSo('that it is to be built is said', () =>
    (story.at.statuses(head)['orthrus'] ?? '').startsWith('pending'),
  );
  await story.typhon.line('open');
  await story.rest(1, 'idle');
  expect(story.announced()).toEqual([`orthrus/pr-1 created ${short(overlay)}`]);
  expect(story.at.statuses(head)).toEqual({ orthrus: expect.stringMatching(/^success: /) });
  story.at.github.ledger.transcript();
});

test('E8 a jobset that is there already is evaluated all the same', async () => {
  const { story } = await openWithTyphon({}, ({ work, typhon }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
    work.builds = () => 'success';
    typhon.createJobset('demo', 'orthrus/pr-1');
  });
  await story.rest(1, 'idle');
  const overlay = await story.overlay(1);
  expect(story.announced()).toEqual([
    `orthrus/pr-1 created ${short(overlay)}`,
    `orthrus/pr-1 moved ${short(overlay)}`,
  ]);
  expect(story.evaluationsOf(overlay)).toHaveLength(1);
  story.at.github.ledger.transcript();
});

test('E8 Typhon cannot make the jobset: it is asked again until it can', async () => {
  const { story } = await openWithTyphon({}, ({ work, typhon }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
    work.builds = () => 'success';
    typhon.faults.newJobset = 'fails';
  });
  const overlay = await story.overlay(1);
  await story.startFails();
  story.typhon.faults.newJobset = 'works';
  await story.rest(1, 'idle');
  expect(story.evaluationsOf(overlay)).toHaveLength(1);
  story.at.github.ledger.transcript();
});

test('B9 the service stops while Typhon builds: it takes up the build it asked for, and asks for no other', async () => {
  const { story, head } = await openWithTyphon({}, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
  });
  const overlay = await story.overlay(1);
  const build = await story.work.askedBuild('app');
  await story.at.untilSo('it has begun', async () =>
    (await story.at.events(1)).some(({ data }) => data.type === 'build.started'),
  );
  await story.at.stop();
  build.succeed();
  await story.typhon.settled();
  await story.start();
  await story.rest(1, 'idle');
  expect(story.at.statuses(head)).toEqual({ orthrus: expect.stringMatching(/^success: /) });
  expect(story.evaluationsOf(overlay)).toHaveLength(1);
  expect(story.announced()).toEqual([`orthrus/pr-1 created ${short(overlay)}`]);
  story.at.github.ledger.transcript();
});

test('B2 B4 merged while Typhon builds: the branch and the jobset are gone, and the late result brings nothing back', async () => {
  const { story, pull, head } = await openWithTyphon({}, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
  });
  await story.overlay(1);
  const build = await story.work.askedBuild('app');
  await story.at.github.people.merge(pull);
  await story.at.until(1, 'closed');
  await story.typhon.until(
    () => story.typhon.jobsets('demo').length === 0,
    'the jobset to be gone',
  );
  build.succeed();
  await story.settle();
  expect(await story.at.state(1)).toBe('closed');
  expect(story.at.tip(1)).toBeNull();
  expect(story.at.statuses(head)['orthrus']).toMatch(/^error: /);
  expect(story.announced().at(-1)).toBe('orthrus/pr-1 deleted');
  story.at.github.ledger.transcript();
});

test('G5 the database is lost: the branch goes on with its cache, a leftover one is deleted, a stranger’s is not', async () => {
  const { story, pull, base, head } = await openWithTyphon({}, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'one' }) });
    work.builds = () => 'success';
  });
  const { at } = story;
  await story.rest(1, 'idle');
  const other = await at.open('other', base, { 'b.c': 'other' });
  await story.rest(2, 'idle');
  const cache = story.cache(1);
  const tip = at.tip(1);
  const third = await at.open('third', base, { 'c.c': 'third' });
  await story.rest(3, 'idle');
  await at.stop();
  for (const end of ['', '-wal', '-shm'])
    rmSync(`${at.config.database.file}${end}`, { force: true });
  // #2 is closed meanwhile; #3 too, and its branch is now somebody else's.
  await at.github.people.close(other.pull);
  await at.github.people.close(third.pull);
  const stranger = at.repository.git.commit(base, { 'c.c': 'mine' });
  await at.github.people.push(at.repository, 'orthrus/pr-3', stranger);
  // A name of the same shape, and no such pull request: not even one that was closed.
  await at.github.people.push(at.repository, 'orthrus/pr-99', stranger);
  const second = at.repository.git.commit(head, { 'a.c': 'second' });
  await at.github.people.update(pull, second);
  await story.start();
  await story.rest(1, 'idle');
  const next = await story.overlay(1);
  expect(at.repository.git.parents(next)).toEqual([tip, second]);
  expect(at.repository.git.show(next, 'cache.nix')).toBe(cache);
  await at.untilSo('the leftover is gone', () => at.tip(2) === null);
  await at.look();
  expect([at.tip(3), at.tip(99)]).toEqual([stranger, stranger]);
  expect(story.typhon.built).toEqual(['app']);
  at.github.ledger.transcript();
});
