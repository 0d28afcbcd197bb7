import { expect, it } from 'vitest';
import { counter, fails, here } from './here.ts';

const events = 'GET /repos/{owner}/{repo}/issues/{issue_number}/events';

it('F1 when a pull request was last pushed to by force: never, whatever else has happened to it', async () => {
  const { github, repository, forge, place, pull, head } = await here();
  const { forcedAt } = forge.conversation;
  expect(await forcedAt(place, 1)).toBeNull();
  await github.people.update(pull, repository.git.commit(head, { 'a.c': '3\n' }));
  await github.people.close(pull);
  await github.people.reopen(pull);
  expect(await forcedAt(place, 1)).toBeNull();
});

it('F1 the newest of several force-pushes counts, by GitHub’s clock', async () => {
  const { github, repository, forge, place, pull, base, head, world } = await here();
  const { forcedAt } = forge.conversation;
  const other = repository.git.commit(base, { 'a.c': '3\n' });
  for (const next of [other, head]) {
    world.advance(60_700);
    await github.people.update(pull, next);
    expect(await forcedAt(place, 1)).toBe(Math.floor(world.now() / 1000) * 1000);
  }
  const newest = await forcedAt(place, 1);
  world.advance(60_000);
  await github.people.close(pull);
  expect(await forcedAt(place, 1)).toBe(newest);
  await fails(forcedAt(place, 2), 'not-found');
});

it('F1 a force-push on a later page is found, though the pages before it are as they were', async () => {
  const { github, repository, forge, place, pull, base, world } = await here();
  const { forcedAt } = forge.conversation;
  for (let times = 0; times < 50; times += 1) {
    await github.people.close(pull);
    await github.people.reopen(pull);
  }
  expect(await forcedAt(place, 1)).toBeNull();
  world.advance(60_000);
  await github.people.update(pull, repository.git.commit(base, { 'a.c': '3\n' }));
  const asked = counter(github);
  expect(await forcedAt(place, 1)).toBe(Date.parse(pull.updatedAt));
  expect(asked()).toEqual({ [events]: 2 });
});
