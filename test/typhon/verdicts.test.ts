import { expect, test } from 'vitest';
import { short } from '../github/github-story.ts';
import { scriptedJob } from '../doubles/typhon/scripted-work.ts';
import { jobs, openWithTyphon } from './typhon-story.ts';
import { nextSecond } from '../doubles/typhon/uuid.ts';

test('C9 an evaluation that somebody cancels is an error that says so, not a failure of the code', async () => {
  const { story, head } = await openWithTyphon();
  const overlay = await story.overlay(1);
  await story.work.askedEvaluation(overlay);
  story.typhon.cancelEvaluation(story.evaluationsOf(overlay)[0]?.uuid ?? '');
  await story.rest(1, 'idle');
  expect(story.at.statuses(head)).toEqual({
    orthrus: expect.stringMatching(/^error: .*cancelled/),
  });
  story.at.github.ledger.transcript();
});

test('C9 a build that is cancelled is an error that says so', async () => {
  const { story, head } = await openWithTyphon({}, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
  });
  await story.overlay(1);
  await story.work.askedBuild('app');
  story.typhon.cancelBuild(story.typhon.builds[0]?.uuid ?? '');
  await story.rest(1, 'idle');
  const { orthrus } = story.at.statuses(head);
  expect(orthrus).toBe('error: cancelled by the CI: app');
  story.at.github.ledger.transcript();
});

test('C14 the derivation is the one that was built, and no event ever comes: polling settles it', async () => {
  const { story, pull, head } = await openWithTyphon({}, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'one' }) });
    work.builds = () => 'success';
  });
  await story.rest(1, 'idle');
  const overlay = await story.overlay(1);
  story.typhon.faults.events = 'lost';
  story.typhon.actions = null;
  story.at.world.advance(2000);
  await nextSecond();
  const readme = story.at.repository.git.commit(head, { README: 'more' });
  await story.at.github.people.update(pull, readme);
  await story.overlay(1, overlay);
  await story.rest(1, 'idle');
  expect(story.typhon.built).toEqual(['app']);
  expect(story.at.statuses(readme)).toEqual({ orthrus: expect.stringMatching(/^success: /) });
  const types = (await story.at.events(1)).map(({ data }) => data.type);
  expect(types).not.toContain('timer.start');
  expect(types).not.toContain('timer.finish');
  story.at.github.ledger.transcript();
});

test('C3 the start deadline counts from when Typhon has taken the webhook, however slow that is', async () => {
  const { story, head } = await openWithTyphon(
    { config: { deadlines: { start: '1m', finish: '1h' } } },
    ({ typhon }) => {
      typhon.faults.panics = ({ kind }) => kind === 'evaluation';
    },
  );
  const hold = story.typhon.faults.holdWebhook('action');
  await hold.reached;
  story.at.world.advance(120_000);
  expect(await story.at.state(1)).toBe('building');
  expect(story.at.statuses(head)['orthrus']).toBe(`pending: building ${short(head)}`);
  hold.release();
  await story.at.untilSo('Typhon has taken it', async () =>
    (await story.at.events(1)).some(({ data }) => data.type === 'build.accepted'),
  );
  story.at.github.ledger.transcript();
});

test('C4 a build that never ends has its verdict at the deadline, and the late result corrects it', async () => {
  const { story, head } = await openWithTyphon(
    { config: { deadlines: { start: '1m', finish: '2m' } } },
    ({ work }) => {
      work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
    },
  );
  await story.overlay(1);
  const build = await story.work.askedBuild('app');
  await story.at.untilSo('it has begun', async () =>
    (await story.at.events(1)).some(({ data }) => data.type === 'build.started'),
  );
  story.at.world.advance(121_000);
  await story.at.until(1, 'idle');
  expect(story.at.statuses(head)['orthrus']).toBe('error: the CI did not finish the build in time');
  build.succeed();
  await story.at.untilSo('the status is corrected', () =>
    (story.at.statuses(head)['orthrus'] ?? '').startsWith('success'),
  );
  await story.rest(1, 'idle');
  expect(story.cache(1)).toContain('"app"');
  story.at.github.ledger.transcript();
});

test('C2 a commit that does not evaluate: one error with the first lines, and the cache stays', async () => {
  const { story, pull, head } = await openWithTyphon({}, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'one' }) });
    work.builds = () => 'success';
  });
  await story.rest(1, 'idle');
  const overlay = await story.overlay(1);
  const cache = story.cache(1);
  story.work.evaluates = () => ({
    error: "error: undefined variable 'boom'\n       at flake.nix:1:1\n",
  });
  story.at.world.advance(2000);
  await nextSecond();
  const broken = story.at.repository.git.commit(head, { 'a.c': 'broken' });
  await story.at.github.people.update(pull, broken);
  await story.overlay(1, overlay);
  await story.rest(1, 'idle');
  expect(story.at.statuses(broken)).toEqual({
    orthrus: expect.stringMatching(/^error: .*undefined variable 'boom'/),
  });
  expect(story.cache(1)).toBe(cache);
  story.at.github.ledger.transcript();
});

test("C11 the outputs are those that `end` tells, the store being another machine's", async () => {
  const { story } = await openWithTyphon({}, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
    work.builds = () => 'success';
  });
  await story.rest(1, 'idle');
  const { outputs } = scriptedJob('app', 'first');
  expect(story.cache(1)).toContain(`path = "${outputs['intermediates']}"`);
  expect(story.cache(1)).not.toContain(outputs['out']);
  story.at.github.ledger.transcript();
});

test('C11 where nobody tells the outputs, nothing is recorded, and the verdict stands', async () => {
  const { story, head } = await openWithTyphon({}, ({ work, typhon }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
    work.builds = () => 'success';
    typhon.actions = async () => {};
  });
  await story.rest(1, 'idle');
  expect(story.at.statuses(head)).toEqual({ orthrus: expect.stringMatching(/^success: /) });
  expect(story.cache(1)).toBe('null\n');
  story.at.github.ledger.transcript();
});
