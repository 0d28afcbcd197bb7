import { expect, test } from 'vitest';
import { z } from 'zod';
import { jobs, openWithTyphon } from './typhon-story.ts';
import { nextSecond } from '../doubles/typhon/uuid.ts';

const shown = z.array(z.object({ name: z.string(), reason: z.string() }));

test('C5 C17 C18 jobs come and go, one fails with its cache and builds without it, and each says why it was warm or cold', async () => {
  const { story, pull, head } = await openWithTyphon({}, ({ work }) => {
    work.evaluates = () => ({ jobs: jobs({ app: 'one', lib: 'one' }) });
    work.builds = () => 'success';
  });
  const { at, work } = story;
  await story.rest(1, 'idle');
  const overlay = await story.overlay(1);

  const [warm] = jobs({ app: 'two, warm' });
  let evaluated = 0;
  work.evaluates = () => {
    evaluated += 1;
    return { jobs: jobs({ app: evaluated === 1 ? 'two, warm' : 'two, cold', tool: 'new' }) };
  };
  work.builds = (drv) => (drv === warm?.drv ? 'failure' : 'success');
  at.world.advance(2000);
  await nextSecond();
  const second = at.repository.git.commit(head, { 'a.c': 'second' });
  await at.github.people.update(pull, second);
  const incremental = await story.overlay(1, overlay);
  await story.overlay(1, incremental);
  await at.untilSo('the status is corrected', () =>
    (at.statuses(second)['orthrus'] ?? '').startsWith('success'),
  );
  await story.rest(1, 'idle');
  expect(story.typhon.built).toEqual(['app', 'lib', 'app', 'tool', 'app']);
  expect(story.cache(1)).toMatch(/"app" = .*"tool" = /s);
  expect(story.cache(1)).not.toContain('"lib"');
  const rows = await at.service.log.db
    .selectFrom('builds')
    .select('jobs')
    .where('stream', '=', at.stream(1))
    .orderBy('attempt')
    .execute();
  const reasons = rows.map(({ jobs: text }) =>
    Object.fromEntries(shown.parse(JSON.parse(text)).map(({ name, reason }) => [name, reason])),
  );
  expect(reasons).toMatchObject([
    { app: 'cold: nothing built before', lib: 'cold: nothing built before' },
    { app: expect.stringMatching(/^from /), tool: expect.stringMatching(/^cold: /) },
    { app: expect.stringMatching(/^cold: /) },
  ]);
  const said = at.github.ledger
    .transcript()
    .filter((line) => / orthrus (success|failure): /.test(line));
  expect(said.map((line) => line.replace(/^status \w+ orthrus /, ''))).toEqual([
    expect.stringMatching(/^success: .*2 of 2 jobs built/),
    expect.stringMatching(/^failure: app failed incrementally/),
    expect.stringMatching(/^success: /),
  ]);
});
