import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { beginWithOther, openWithOther } from './generic-story.ts';

const { drv, outputs } = built('app', 'one');
const app = { name: 'app', state: 'success', drv, outputs };

test('C13 what a CI tells moves the pull request: some jobs, then all, and the cache they left', async () => {
  const { story, head, overlay } = await openWithOther();
  const { at } = story;
  const of = { repository: 'o/r', commit: overlay };
  expect(await story.tell({ ...of, jobs: [{ name: 'app', state: 'pending' }] })).toMatchObject({
    status: 202,
    body: { stream: at.stream(1) },
  });
  expect(await at.state(1)).toBe('building');
  await story.tell({ ...of, jobs: [app] });
  expect(await at.state(1)).toBe('building');
  await story.tell({ ...of, jobs: [{ name: 'lib', state: 'failure' }], complete: true });
  expect(await at.state(1)).toBe('idle');
  expect(at.statuses(head)).toMatchObject({ orthrus: 'failure: lib failed' });
  const tip = at.tip(1) ?? '';
  expect(at.repository.git.show(tip, 'cache.nix')).toContain(outputs['intermediates']);
  // The CI sees the commit that records the cache too; what it says of that changes nothing.
  const before = (await at.events(1)).length;
  expect(await story.tell({ ...of, commit: tip, jobs: [app], complete: true })).toMatchObject({
    status: 202,
    body: { ignored: expect.stringContaining('nobody asked') },
  });
  expect(await at.events(1)).toHaveLength(before);
  expect(at.tip(1)).toBe(tip);
  at.github.ledger.transcript();
});

test('a CI that builds what is pushed is not told to skip our commits', async () => {
  const { story, overlay } = await openWithOther();
  const { at } = story;
  await story.tell({ repository: 'o/r', commit: overlay, jobs: [app], complete: true });
  const messages = at.repository.git.git(
    'log',
    '-2',
    '--first-parent',
    '--format=%B',
    at.tip(1) ?? '',
  );
  expect(messages).toContain('Record the cache');
  expect(messages).not.toMatch(/\[(skip ci|ci skip|no ci)\]/);
  at.github.ledger.transcript();
});

test('C2 an evaluation that failed is an error of the whole', async () => {
  const { story, head, overlay } = await openWithOther();
  await story.tell({ repository: 'o/r', commit: overlay, error: "error: undefined variable 'x'" });
  expect(story.at.statuses(head)['orthrus']).toMatch(/^error: .*undefined variable 'x'/);
  story.at.github.ledger.transcript();
});

test('C8 D5 what is not signed, or makes no sense, or is of an unknown commit, changes nothing', async () => {
  const { story, overlay } = await openWithOther();
  const { at } = story;
  const good = { repository: 'o/r', commit: overlay, jobs: [app], complete: true };
  const before = (await at.events(1)).length;
  const refusals: [unknown, Record<string, string>, number][] = [
    [good, { 'x-orthrus-signature-256': `sha256=${'0'.repeat(64)}` }, 401],
    [good, { 'x-orthrus-signature-256': '' }, 401],
    ['{', {}, 400],
    [{ ...good, commit: 'main' }, {}, 400],
    [good, { 'content-type': 'text/plain' }, 415],
    [{ ...good, padding: 'x'.repeat(9 * 1024 * 1024) }, {}, 413],
  ];
  for (const [message, headers, status] of refusals)
    expect(await story.tell(message, headers)).toMatchObject({
      status,
      body: { error: { code: expect.any(String) } },
    });
  const strangers = [
    { ...good, commit: 'f'.repeat(40) },
    { ...good, repository: 'o/other' },
  ];
  for (const stranger of strangers)
    expect(await story.tell(stranger)).toMatchObject({
      status: 202,
      body: { ignored: expect.any(String) },
    });
  expect(at.logged.join('')).toContain('a result for a commit that nobody asked to build');
  expect(await at.events(1)).toHaveLength(before);
  at.github.ledger.transcript();
});

test('our own statuses come back from GitHub, and are no results: also on a branch, where they are on the commit that is built', async () => {
  const story = await beginWithOther({ repository: { branches: ['main'] } });
  const { at } = story;
  const base = await at.pushMain({ 'a.c': 'base' });
  await at.start();
  expect(at.statuses(base)['orthrus']).toMatch(/^pending/);
  await story.status(base, 'ci/app', 'pending');
  await story.status(base, 'ci/app', 'failure');
  await story.silence();
  expect(await at.state('main')).toBe('idle');
  expect(at.statuses(base)).toEqual({
    'ci/app': 'failure: ci/app is failure',
    orthrus: 'failure: ci/app failed',
  });
  const said = (await at.events('main')).flatMap(({ data }) =>
    data.type === 'build.finished' || data.type === 'build.progressed'
      ? data.jobs.map(({ name }) => name)
      : [],
  );
  expect(new Set(said)).toEqual(new Set(['ci/app']));
  at.github.ledger.transcript();
});
