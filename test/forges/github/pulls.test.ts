import { expect, it } from 'vitest';
import { counter, fails, here } from './here.ts';

const list = 'GET /repos/{owner}/{repo}/pulls';
const permission = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';

it('open pull requests are listed with all that is to be known of them', async () => {
  const { github, repository, forge, place, pull, head } = await here();
  await github.people.label(pull, 'cold');
  await github.people.push(repository, 'draft', head, 'ada');
  await github.people.open(repository, 'draft', { by: 'ada', title: '<b>', draft: true });
  const [first, second] = await forge.openPulls(place);
  expect(first).toEqual({
    number: 1,
    state: 'open',
    title: 'Two',
    head,
    headRef: 'refs/pull/1/head',
    base: 'main',
    draft: false,
    author: 'ada',
    trusted: true,
    authorMayWrite: true,
    headBranch: 'feature',
    labels: ['cold'],
    changedAt: Date.parse(pull.updatedAt),
  });
  expect(second).toMatchObject({ number: 2, title: '<b>', draft: true, headBranch: 'draft' });
});

it('comes in pages, and an unchanged one costs nothing', async () => {
  const { github, repository, forge, place, head, limits } = await here();
  await github.people.push(repository, 'other', head, 'ada');
  for (let number = 2; number <= 205; number += 1)
    await github.people.open(repository, 'other', { by: 'ada' });
  const asked = counter(github);
  const pulls = await forge.openPulls(place);
  expect(pulls.map(({ number }) => number)).toEqual(
    Array.from({ length: 205 }, (_, index) => index + 1),
  );
  expect(asked()).toEqual({ [list]: 3 });
  const spent = limits.at(-1)?.remaining;
  expect(await forge.openPulls(place)).toEqual(pulls);
  expect(asked()).toEqual({ [list]: 3 });
  expect(github.ledger.requests.slice(-3).map(({ outcome }) => outcome)).toEqual([304, 304, 304]);
  expect(limits.at(-1)?.remaining).toBe(spent);
  const last = repository.pulls.get(205);
  if (last !== undefined) await github.people.retitle(last, 'another');
  expect((await forge.openPulls(place)).at(-1)?.title).toBe('another');
  expect(github.ledger.requests.slice(-3).map(({ outcome }) => outcome)).toEqual([304, 304, 200]);
});

it('D2 one pull request is told as it is now: closed, merged, or none', async () => {
  const { github, repository, forge, place, pull, head } = await here();
  expect(await forge.pull(place, 2)).toBeNull();
  await github.people.close(pull);
  expect(await forge.pull(place, 1)).toMatchObject({ state: 'closed', head });
  await github.people.reopen(pull);
  await github.people.merge(pull);
  expect(await forge.pull(place, 1)).toMatchObject({ state: 'merged', head });
  await github.people.push(repository, 'feature', null);
  expect(await forge.pull(place, 1)).toMatchObject({ state: 'merged', head });
});

it('a pull request does not vanish with our right to see it', async () => {
  const { github, repository, forge, place } = await here();
  github.grant(repository, 'orthrus-bot', 'none');
  const error = await fails(forge.pull(place, 1), 'not-found');
  expect(error.message).toContain('the token may not see it');
});

it('F1 the head of a fork is not trusted, whoever its author is; B7 nor when the fork is gone', async () => {
  const { github, repository, forge, place, head } = await here();
  const fork = await github.people.fork(repository, 'eve');
  await github.people.push(fork, 'main', head, 'eve');
  const stranger = await github.people.open(repository, 'main', { from: fork, by: 'eve' });
  const maintainers = await github.people.fork(repository, 'ada');
  await github.people.push(maintainers, 'main', head, 'ada');
  await github.people.open(repository, 'main', { from: maintainers, by: 'ada' });
  const seen = { trusted: false, headBranch: null, head };
  expect(await forge.openPulls(place)).toMatchObject([
    { number: 1, trusted: true, headBranch: 'feature' },
    { ...seen, number: 2, author: 'eve', authorMayWrite: false, headRef: 'refs/pull/2/head' },
    { ...seen, number: 3, author: 'ada', authorMayWrite: true },
  ]);
  const before = await forge.pull(place, stranger.number);
  await github.people.deleteRepository(fork);
  expect(await forge.pull(place, stranger.number)).toEqual(before);
});

it('F2 what an author may do is asked once in five minutes, and for forks only', async () => {
  const { github, repository, forge, place, head, world } = await here();
  const fork = await github.people.fork(repository, 'eve');
  await github.people.push(fork, 'main', head, 'eve');
  await github.people.open(repository, 'main', { from: fork, by: 'eve' });
  const asked = counter(github);
  await forge.openPulls(place);
  await forge.openPulls(place);
  expect(asked()).toEqual({ [list]: 2, [permission]: 1 });
  github.grant(repository, 'eve', 'maintain');
  world.advance(5 * 60_000);
  expect((await forge.openPulls(place)).at(-1)).toMatchObject({ authorMayWrite: true });
  expect(asked()).toEqual({ [list]: 1, [permission]: 1 });
});
