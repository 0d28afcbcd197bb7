import { expect, test, vi } from 'vitest';
import { short } from '../github/github-story.ts';
import { ScriptedWork } from '../doubles/typhon/scripted-work.ts';
import { asTheReadmeSays } from './readme.ts';
import { beginWithTyphon, jobs } from './typhon-story.ts';
import { nextSecond } from '../doubles/typhon/uuid.ts';

test('B1 C13 C16 a pull request goes its whole way with GitHub and Typhon as the README says, and nothing is left of it', async () => {
  const work = new ScriptedWork();
  const story = await beginWithTyphon(work, asTheReadmeSays());
  vi.stubEnv('GITHUB_TOKEN', story.at.token);
  const { at, typhon } = story;
  work.builds = () => 'success';
  work.evaluates = () => ({ jobs: jobs({ app: 'base', lib: 'base' }) });
  const base = await at.pushMain({ 'a.c': 'base' });
  await story.start();
  await story.rest('main', 'idle');
  expect(story.announced()).toEqual([`main created ${short(base)}`]);

  // Its first overlay starts from what main left; only the job that it touches is another one.
  // Typhon tells times in seconds: what ended in the very second of an evaluation may have been built for it.
  at.world.advance(2000);
  await nextSecond();
  work.evaluates = () => ({ jobs: jobs({ app: 'first', lib: 'base' }) });
  const { pull, head } = await at.open('feature', base, { 'a.c': 'first' });
  const overlay = await story.overlay(1);
  await story.rest(1, 'idle');
  expect(typhon.jobsets(story.project)).toEqual(['main', 'orthrus/pr-1']);
  const [baseApp, baseLib] = jobs({ app: 'base', lib: 'base' });
  const [firstApp] = jobs({ app: 'first' });
  expect(at.repository.git.show(overlay, 'cache.nix')).toContain(
    `"app" = { drv = "${baseApp?.drv}"; from = null; path = "${baseApp?.outputs['intermediates']}"; }`,
  );
  expect(story.cache(1)).toContain(
    `"app" = { drv = "${firstApp?.drv}"; from = "${baseApp?.outputs['intermediates']}"; path = "${firstApp?.outputs['intermediates']}"; }`,
  );
  expect(story.cache(1)).toContain(`"lib" = { drv = "${baseLib?.drv}"; from = null;`);
  const recorded = at.tip(1);

  // A second push moves the jobset on.
  at.world.advance(2000);
  await nextSecond();
  work.evaluates = () => ({ jobs: jobs({ app: 'second', lib: 'base' }) });
  const second = at.repository.git.commit(head, { 'a.c': 'second' });
  await at.github.people.update(pull, second);
  const next = await story.overlay(1, overlay);
  await story.rest(1, 'idle');
  expect(at.repository.git.parents(next)).toEqual([recorded, second]);
  expect(typhon.built).toEqual(['app', 'lib', 'app', 'app']);
  const last = at.tip(1);

  await at.github.people.close(pull);
  await story.rest(1, 'closed');
  expect(at.tip(1)).toBeNull();
  expect(typhon.jobsets(story.project)).toEqual(['main']);
  // Neither the pull request's own branch nor a commit that records a cache was ever passed on.
  expect(story.announced()).toEqual([
    `main created ${short(base)}`,
    `orthrus/pr-1 created ${short(overlay)}`,
    `orthrus/pr-1 moved ${short(next)}`,
    'orthrus/pr-1 deleted',
  ]);
  expect(typhon.evaluations.map(({ revision }) => revision)).toEqual([base, overlay, next]);
  expect(typhon.mostWebhooksAtOnce(story.project)).toBe(1);
  expect(at.github.ledger.transcript()).toEqual([
    `status ${short(base)} orthrus pending: building ${short(base)}`,
    expect.stringMatching(`^status ${short(base)} orthrus success: `),
    `push orthrus/pr-1 ${short(overlay)}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
    `push orthrus/pr-1 ${short(recorded ?? '')}`,
    expect.stringMatching(`^status ${short(head)} orthrus success: .*1 of 2 jobs built$`),
    `push orthrus/pr-1 ${short(next)}`,
    `status ${short(second)} orthrus pending: building ${short(second)}`,
    `push orthrus/pr-1 ${short(last ?? '')}`,
    expect.stringMatching(`^status ${short(second)} orthrus success: .*1 of 2 jobs built$`),
    'push orthrus/pr-1 gone',
  ]);
});
