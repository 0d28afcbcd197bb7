import { expect, test } from 'vitest';
import { beginAtGitHub, type GitHubStory, openAtGitHub, short } from './github-story.ts';

/** Longer than GitHub is given for one answer. */
const tooLong = 21_000;

async function publishing(story: GitHubStory): Promise<{ attempts: number; runAt: number | null }> {
  const row = await story.service.log.db
    .selectFrom('effects')
    .select(['attempts', 'run_at', 'lease_until'])
    .where('type', '=', 'status.publish')
    .executeTakeFirst();
  return { attempts: row?.attempts ?? 0, runAt: row?.lease_until === null ? row.run_at : null };
}

test('E1 a status request that hangs is given up, tried again after growing waits left in part to chance, and said once', async () => {
  const story = await beginAtGitHub({ config: { retry: { base: '10s', max: '10m' } } });
  const { github, world } = story;
  const base = await story.pushMain({ 'a.c': 'base' });
  await story.start();
  const on = 'POST /repos/{owner}/{repo}/statuses/{sha}';
  const inVain = github.faults.add({ trouble: { kind: 'hang' }, on, times: 3 });
  const unheard = github.faults.add({ trouble: { kind: 'hang' }, on, when: 'after' });
  const hung = (): number => inVain.used + unheard.used;
  // What chance says for each wait.
  const chances = [0, 1, 0.5, 0];
  world.random = () => chances[hung() - 1] ?? 0.5;
  const { head } = await story.open('feature', base, { 'a.c': 'first' });

  const waits: number[] = [];
  while (waits.length < chances.length) {
    const tries = waits.length + 1;
    await story.untilSo(`request ${tries} hangs`, () => hung() === tries);
    world.advance(tooLong);
    const given: { up: number | null } = { up: null };
    await story.untilSo('it is given up', async () => {
      const { attempts, runAt } = await publishing(story);
      given.up = attempts === tries ? runAt : null;
      return given.up !== null;
    });
    const wait = (given.up ?? 0) - world.now();
    waits.push(wait);
    world.advance(wait + 1);
  }
  // Twice as long each time, between half of that and all of it; what the test itself took is less.
  for (const [index, seconds] of [5, 20, 30, 40].entries()) {
    expect(waits[index]).toBeLessThanOrEqual(seconds * 1000);
    expect(waits[index]).toBeGreaterThan(seconds * 1000 - 4500);
  }
  await story.untilSo('it is known to be there', async () =>
    (await story.events(1)).some(({ data }) => data.type === 'status.published'),
  );
  await story.settle();
  expect(github.ledger.transcript()).toEqual([
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('E1 a check run and a comment whose answers never come are there, and are not made again', async () => {
  const { story, pull, head } = await openAtGitHub({
    as: 'app',
    repository: { report: { as: 'checks' } },
  });
  const { github, world, repository } = story;
  const hangs = (on: string): { readonly used: number } =>
    github.faults.add({ trouble: { kind: 'hang' }, on, when: 'after' });
  const comment = hangs('POST /repos/{owner}/{repo}/issues/{issue_number}/comments');
  await github.people.comment(pull, '/orthrus status', 'ada');
  await story.untilSo('the comment hangs', () => comment.used === 1);
  world.advance(tooLong);
  await story.untilSo('it is answered', async () =>
    (await story.events(1)).some(({ data }) => data.type === 'command.answered'),
  );
  const run = hangs('POST /repos/{owner}/{repo}/check-runs');
  const second = repository.git.commit(head, { 'a.c': 'second' });
  await github.people.update(pull, second);
  await story.untilSo('the check run hangs', () => run.used === 1);
  world.advance(tooLong);
  await story.untilSo('it is known to be there', async () =>
    (await story.events(1)).some(
      ({ data }) => data.type === 'status.published' && data.status.commit === second,
    ),
  );
  await story.settle();
  expect(repository.comments.map(({ author }) => author.login)).toEqual(['ada', 'orthrus[bot]']);
  expect(repository.checkRuns.filter(({ sha }) => sha === second)).toHaveLength(1);
  github.ledger.transcript();
});
