import { expect, test } from 'vitest';
import { built } from '../doubles/scripted-ci.ts';
import { openAtGitHub } from './github-story.ts';

const day = 24 * 3_600_000;

test('G7 deliveries that come again for a pull request that was closed and pruned do not bring it back', async () => {
  const { story, pull, build } = await openAtGitHub();
  const { github } = story;
  story.ci.begin(build);
  story.ci.finish(build, built('app', 'one'));
  await story.until(1, 'idle');
  story.world.advance(2000);
  await github.people.close(pull);
  await story.until(1, 'closed');
  await story.settle();
  const sent = github.deliveries.all.filter(({ event }) => event === 'pull_request');
  expect(sent.map(({ action }) => action)).toEqual(['opened', 'closed']);
  const before = github.ledger.transcript();
  story.world.advance(91 * day);
  await story.look();
  const streams = async (): Promise<unknown[]> =>
    story.service.log.db
      .selectFrom('snapshots')
      .select('stream')
      .where('stream', '=', story.stream(1))
      .execute();
  expect(await streams()).toEqual([]);
  for (const delivery of sent) await github.deliveries.redeliver(delivery);
  await story.settle();
  expect(await streams()).toEqual([]);
  expect(github.ledger.transcript()).toEqual(before);
});
