import { expect, test } from 'vitest';
import { short } from '../github/github-story.ts';
import { jobs, openWithTyphon } from './typhon-story.ts';
import { nextSecond } from '../doubles/typhon/uuid.ts';

const deadlines = { start: '1m', finish: '20m' };

test('E1 E8 a Typhon that takes requests and never answers: given up and asked again, and no deadline runs meanwhile', async () => {
  const { story, head } = await openWithTyphon(
    { config: { deadlines } },
    async ({ work, typhon }) => {
      work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
      work.builds = () => 'success';
      await typhon.line('hung');
    },
  );
  const { at } = story;
  const overlay = await story.overlay(1);
  await at.untilSo('it was asked in vain, three times', async () => {
    at.world.advance(10_000);
    const row = await at.service.log.db
      .selectFrom('effects')
      .select(['attempts', 'last_error'])
      .where('type', '=', 'build.start')
      .executeTakeFirst();
    return (row?.attempts ?? 0) > 3 && /did not answer/.test(row?.last_error ?? '');
  });
  expect(await at.state(1)).toBe('building');
  expect(at.statuses(head)).toEqual({ orthrus: `pending: building ${short(head)}` });
  await story.typhon.line('open');
  await at.untilSo('it has been taken', async () => {
    at.world.advance(10_000);
    return (await at.events(1)).some(({ data }) => data.type === 'build.finished');
  });
  await story.rest(1, 'idle');
  expect(story.announced()).toEqual([`orthrus/pr-1 created ${short(overlay)}`]);
  expect(at.github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(overlay)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    `push orthrus/pr-1 ${short(at.tip(1) ?? '')}`,
    expect.stringMatching(`^status ${short(head)} orthrus success: `),
  ]);
});

test('E1 a webhook whose answer never comes has done its work: nothing is announced or evaluated twice', async () => {
  const { story, head } = await openWithTyphon({}, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
  });
  const { at } = story;
  const hold = story.typhon.faults.holdWebhook('answer');
  const overlay = await story.overlay(1);
  const build = await story.work.askedBuild('app');
  await at.untilSo('its beginning is known', async () =>
    (await at.events(1)).some(({ data }) => data.type === 'build.started'),
  );
  // Longer than any webhook takes.
  at.world.advance(46 * 60_000);
  await at.untilSo('it counts as asked for', async () =>
    (await at.events(1)).some(({ data }) => data.type === 'build.accepted'),
  );
  build.succeed();
  await at.untilSo('the verdict', () => (at.statuses(head)['orthrus'] ?? '').startsWith('success'));
  hold.release();
  await story.rest(1, 'idle');
  expect(story.announced()).toEqual([`orthrus/pr-1 created ${short(overlay)}`]);
  expect(story.typhon.evaluations.map(({ revision }) => revision)).toEqual([overlay]);
  expect(at.github.ledger.transcript()).toHaveLength(4);
});

test('C3 Typhon has taken the webhook, and nothing comes of it: a verdict at the start deadline, which a late evaluation corrects', async () => {
  const { story, base, head } = await openWithTyphon({ config: { deadlines } }, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first' }) });
    work.builds = () => 'success';
  });
  const { at } = story;
  const hold = story.typhon.faults.holdWebhook('lock');
  const overlay = await story.overlay(1);
  await hold.reached;
  // The webhook takes minutes; at its end Typhon locks a branch that is elsewhere, of which nobody is told.
  const ref = 'refs/heads/orthrus/pr-1';
  at.repository.git.push(ref, base);
  at.world.advance(10 * 60_000);
  expect(await at.state(1)).toBe('building');
  expect(at.statuses(head)).toEqual({ orthrus: `pending: building ${short(head)}` });
  hold.release();
  await at.untilSo('Typhon has taken it', async () =>
    (await at.events(1)).some(({ data }) => data.type === 'build.accepted'),
  );
  await story.settle();
  at.world.advance(50_000);
  await story.settle();
  expect(await at.state(1)).toBe('building');
  at.world.advance(11_000);
  await at.until(1, 'idle');
  expect(at.statuses(head)).toEqual({ orthrus: 'error: the CI did not start the build in time' });
  expect(story.evaluationsOf(overlay)).toEqual([]);

  at.repository.git.push(ref, overlay);
  await story.typhon.evaluate(story.project, 'orthrus/pr-1');
  await at.untilSo('the status is corrected', () =>
    (at.statuses(head)['orthrus'] ?? '').startsWith('success'),
  );
  await story.rest(1, 'idle');
  expect(story.cache(1)).toContain('"app"');
  at.github.ledger.transcript();
});

test('C4 Typhon is restarted in the middle of a build, which is pending for ever: a verdict at the deadline, and a rebuild that works', async () => {
  const { story, pull, head } = await openWithTyphon({ config: { deadlines } }, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first', lib: 'first' }) });
  });
  const { at, work } = story;
  const overlay = await story.overlay(1);
  (await work.askedBuild('lib')).succeed();
  await work.askedBuild('app');
  await at.untilSo('one job is known to be built', async () =>
    (await at.context(1)).jobs.some(({ state }) => state === 'success'),
  );
  await story.typhon.restart();
  await at.untilSo('its events are listened to again', () => story.typhon.listeners === 1);
  expect(await at.state(1)).toBe('building');
  at.world.advance(20 * 60_000 + 1000);
  await at.untilSo('the deadline has passed', () =>
    (at.statuses(head)['orthrus'] ?? '').startsWith('error'),
  );
  expect(at.statuses(head)).toEqual({ orthrus: 'error: the CI did not finish the build in time' });

  work.builds = () => 'success';
  await at.github.people.comment(pull, '/orthrus rebuild', 'ada');
  const again = await story.overlay(1, overlay);
  await story.rest(1, 'idle');
  expect(at.statuses(head)).toEqual({ orthrus: expect.stringMatching(/^success: /) });
  expect(story.typhon.built).toEqual(['lib', 'app']);
  expect(story.announced()).toEqual([
    `orthrus/pr-1 created ${short(overlay)}`,
    `orthrus/pr-1 moved ${short(again)}`,
  ]);
  expect(story.typhon.requests.some(({ path }) => path.includes('rerun'))).toBe(false);
  at.github.ledger.transcript();
});

test('A4 a push while Typhon builds: it cannot be stopped, its late result is the cache and never the verdict of the new head', async () => {
  const { story, pull, head } = await openWithTyphon({}, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'first', lib: 'same' }) });
  });
  const { at, work } = story;
  const overlay = await story.overlay(1);
  const old = await work.askedBuild('app');
  await at.untilSo('it has begun', async () =>
    (await at.events(1)).some(({ data }) => data.type === 'build.started'),
  );
  at.world.advance(2000);
  await nextSecond();
  work.evaluates = () => ({ jobs: jobs({ app: 'second', lib: 'same' }) });
  const second = at.repository.git.commit(head, { 'a.c': 'second' });
  await at.github.people.update(pull, second);
  const next = await story.overlay(1, overlay);
  const [firstApp, secondApp] = [...jobs({ app: 'first' }), ...jobs({ app: 'second' })];
  const build = await work.askedBuild(secondApp?.drv ?? '');
  old.fail();
  (await work.askedBuild('lib')).succeed();
  await story.typhon.until(() => work.built.length >= 2, 'the end of the old build');
  await at.settle();
  expect(at.statuses(second)['orthrus']).toBe(`pending: building ${short(second)}`);
  build.succeed();
  await story.rest(1, 'idle');
  expect(at.statuses(head)).toEqual({ orthrus: `error: superseded by ${short(second)}` });
  expect(at.statuses(second)).toEqual({ orthrus: expect.stringMatching(/^success: /) });
  expect(story.cache(1)).toContain(secondApp?.outputs['intermediates']);
  expect(story.cache(1)).not.toContain(firstApp?.outputs['intermediates']);
  expect(story.announced()).toEqual([
    `orthrus/pr-1 created ${short(overlay)}`,
    `orthrus/pr-1 moved ${short(next)}`,
  ]);
  at.github.ledger.transcript();
});
