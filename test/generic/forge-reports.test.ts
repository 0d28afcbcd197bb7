import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { short } from '../github/github-story.ts';
import { openWithOther } from './generic-story.ts';

const said = (commit: string, rest: string): string => `status ${short(commit)} ${rest}`;

test('a CI that posts statuses one by one has its verdict when it is silent, not between two jobs', async () => {
  const { story, head, overlay } = await openWithOther();
  const { at } = story;
  await story.status(overlay, 'ci/app', 'pending');
  await story.status(overlay, 'ci/app', 'success');
  expect(await at.state(1)).toBe('building');
  // The next job comes when the first one has ended; what runs is waited for as long as it takes.
  at.world.advance(20_000);
  await story.status(overlay, 'ci/lib', 'pending');
  await story.silence();
  expect(await at.state(1)).toBe('building');
  await story.status(overlay, 'ci/lib', 'failure');
  expect(await at.state(1)).toBe('building');
  // The silence outlives the service.
  await at.stop();
  await at.start();
  expect(await at.state(1)).toBe('building');
  await story.silence();
  expect(await at.state(1)).toBe('idle');
  expect(at.github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(overlay)}`,
    said(head, `orthrus pending: building ${short(head)}`),
    said(overlay, 'ci/app pending: ci/app is pending'),
    said(overlay, 'ci/app success: ci/app is success'),
    said(overlay, 'ci/lib pending: ci/lib is pending'),
    said(overlay, 'ci/lib failure: ci/lib is failure'),
    said(head, 'orthrus/ci/lib failure: ci/lib is failure'),
    said(head, 'orthrus failure: ci/lib failed'),
  ]);
});

test('what comes after the silence corrects the verdict, as often as a job is run again', async () => {
  const { story, head, overlay } = await openWithOther({
    repository: { report: { jobs: 'none' } },
  });
  const { at } = story;
  await story.status(overlay, 'ci/app', 'success');
  await story.silence();
  expect(at.statuses(head)['orthrus']).toMatch(/^success: /);
  await story.status(overlay, 'ci/lib', 'pending');
  expect(at.statuses(head)['orthrus']).toMatch(/^success: /);
  const ends = ['failure', 'success', 'failure', 'success'] as const;
  for (const end of ends) {
    await story.status(overlay, 'ci/lib', end);
    expect(at.statuses(head)['orthrus']).toMatch(new RegExp(`^${end}: `));
  }
  expect(await at.state(1)).toBe('idle');
  at.github.ledger.transcript();
});

test('B2 C9 a pull request goes its whole way with a CI that makes check runs, and never calls us', async () => {
  const { story, pull, head, overlay } = await openWithOther();
  const { at } = story;
  const app = await story.check(overlay, 'app');
  const lib = await story.check(overlay, 'lib');
  // It builds the pull request's own branch too; that is none of our business.
  await story.conclude(await story.check(head, 'app'), 'failure');
  await story.conclude(app, 'success');
  await story.conclude(lib, 'cancelled');
  await story.silence();
  expect(at.statuses(head)).toEqual({ orthrus: 'error: cancelled by the CI: lib' });
  expect(at.tip(1)).toBe(overlay);

  at.world.advance(2000);
  const second = at.repository.git.commit(head, { 'a.c': 'second' });
  await at.github.people.update(pull, second);
  await at.settle();
  const next = (await at.build(1)).commit;
  await story.conclude(await story.check(next, 'app'), 'success');
  await story.silence();
  expect(at.statuses(second)).toEqual({ orthrus: expect.stringMatching(/^success: /) });
  await at.github.people.merge(pull);
  await at.settle();
  expect(await at.state(1)).toBe('closed');
  expect(at.github.ledger.transcript().filter((line) => !line.startsWith('check '))).toEqual([
    `push orthrus/pr-1 ${short(overlay)}`,
    said(head, `orthrus pending: building ${short(head)}`),
    said(head, 'orthrus error: cancelled by the CI: lib'),
    `push orthrus/pr-1 ${short(next)}`,
    said(second, `orthrus pending: building ${short(second)}`),
    expect.stringMatching(`^${said(second, 'orthrus success: ')}`),
    'push orthrus/pr-1 gone',
  ]);
});

test('C3 C4 a CI that never says a word, and one that never says the last, meet their deadlines; a late word corrects', async () => {
  const { story, pull, head, overlay } = await openWithOther({
    config: { deadlines: { start: '1m', finish: '10m' } },
  });
  const { at } = story;
  at.world.advance(61_000);
  await at.settle();
  expect(at.statuses(head)).toEqual({ orthrus: 'error: the CI did not start the build in time' });
  await story.status(overlay, 'ci/app', 'success');
  expect(at.statuses(head)).toEqual({ orthrus: expect.stringMatching(/^success: /) });

  const second = at.repository.git.commit(head, { 'a.c': 'second' });
  await at.github.people.update(pull, second);
  await at.settle();
  const next = (await at.build(1)).commit;
  await story.status(next, 'ci/app', 'pending');
  at.world.advance(601_000);
  await at.settle();
  expect(at.statuses(second)).toEqual({
    orthrus: 'error: the CI did not finish the build in time',
  });
  await story.status(next, 'ci/app', 'failure');
  expect(at.statuses(second)).toMatchObject({ orthrus: 'failure: ci/app failed' });
  at.github.ledger.transcript();
});

test('jobs of such a CI are not reported under the very names that it uses itself', () => {
  const config = (jobContext: string): unknown => ({
    forges: { here: { kind: 'git', root: '/srv/git' } },
    ci: { other: { kind: 'generic', callbackSecret: { env: 'OTHER_SECRET' } } },
    repositories: [{ forge: 'here', name: 'o/r', ci: 'other', report: { jobContext } }],
  });
  expect(() => parseConfig(config('{job}'), '/')).toThrow(
    /^repositories\[0\]\.report\.jobContext: .*"other".*"orthrus\/\{job\}"/,
  );
  expect(() => parseConfig(config('nix/{job}'), '/')).not.toThrow();
});
