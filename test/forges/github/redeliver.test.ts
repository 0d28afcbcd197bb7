import { expect, it } from 'vitest';
import { endpoint } from '../../doubles/github/small-world.ts';
import { asApp, counter, here } from './here.ts';

const day = 86_400_000;

it('D3 deliveries that never arrived are asked for again, once each', async () => {
  const { github, repository, another, place, pull, world } = await here();
  const admin = { auth: { token: github.token('boss', repository, 'admin') } };
  const forge = another(admin);
  const down = await endpoint();
  const elsewhere = await endpoint();
  github.hook(repository, { url: down.url });
  github.hook(repository, { url: elsewhere.url.replace('/github', '/other') });
  await github.settled();
  elsewhere.answers = () => 500;
  down.answers = () => 503;
  await github.people.label(pull, 'cold');
  await github.people.unlabel(pull, 'cold');
  await github.settled();
  down.answers = () => 202;
  await github.people.retitle(pull, 'Three');
  await github.settled();
  down.received.length = 0;
  elsewhere.received.length = 0;
  expect(await forge.redeliver(place, 0)).toBe(2);
  await github.settled();
  expect(down.received.map(({ name }) => name)).toEqual([
    'pull_request.labeled',
    'pull_request.unlabeled',
  ]);
  expect(elsewhere.received).toEqual([]);
  expect(await forge.redeliver(place, 0)).toBe(0);

  // Another process sees that they have arrived by now.
  expect(await another(admin).redeliver(place, 0)).toBe(0);

  // What failed once more is asked for by it, and not by us.
  down.answers = () => 503;
  await github.people.label(pull, 'late');
  await github.settled();
  expect(await forge.redeliver(place, 0)).toBe(1);
  await github.settled();
  expect(await forge.redeliver(place, 0)).toBe(0);
  expect(await another(admin).redeliver(place, world.now() + 1000)).toBe(0);
  expect(await another(admin).redeliver(place, world.now() - day)).toBe(1);
});

it('D3 what is older than three days, or than was asked for, is let go', async () => {
  const { github, repository, another, place, pull, world } = await here();
  const forge = another({ auth: { token: github.token('boss', repository, 'admin') } });
  const down = await endpoint();
  down.answers = () => 503;
  github.hook(repository, { url: down.url });
  await github.people.label(pull, 'old');
  await github.settled();
  world.advance(2 * day);
  for (let said = 0; said < 110; said += 1) await github.people.comment(pull, `${said}`, 'ada');
  await github.settled();
  const asked = counter(github);
  // Fifty at a time, of two pages.
  expect(await forge.redeliver(place, world.now() - day)).toBe(50);
  await github.settled();
  expect(asked()).toMatchObject({
    'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries': 2,
    'POST /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts': 50,
  });
  expect(await forge.redeliver(place, world.now() - day)).toBe(50);
  expect(await forge.redeliver(place, world.now() - day)).toBe(10);
  expect(await forge.redeliver(place, world.now() - day)).toBe(0);
  asked();
  expect(await forge.redeliver(place, world.now() + 1000)).toBe(0);
  expect(asked()).toMatchObject({
    'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries': 1,
  });
  world.advance(4 * day);
  expect(await forge.redeliver(place, 0)).toBe(0);
});

it('D3 an App asks for its own, of this repository', async () => {
  const { github, repository, another, place, pull } = await here();
  const down = await endpoint();
  down.answers = ({ name }) => (name.startsWith('pull_request') ? 503 : 202);
  const app = github.app({ hook: { url: down.url } });
  const second = github.repository('p/r');
  github.install(app, repository);
  github.install(app, second);
  await github.people.push(second, 'main', second.git.commit(null, { a: '1' }));
  await github.people.push(second, 'b', second.git.commit(null, { a: '2' }));
  await github.people.open(second, 'b');
  await github.people.label(pull, 'cold');
  await github.settled();
  const forge = another({ auth: asApp(app) });
  expect(await forge.redeliver(place, 0)).toBe(1);
  expect(await forge.redeliver({ ...place, id: String(second.id), name: 'p/r' }, 0)).toBe(1);
});

it('a token that may not ask is not asked with again for an hour', async () => {
  const { github, forge, place, world } = await here();
  const asked = counter(github);
  expect(await forge.redeliver(place, 0)).toBe(0);
  expect(await forge.redeliver(place, 0)).toBe(0);
  expect(asked()).toEqual({ 'GET /repos/{owner}/{repo}/hooks': 1 });
  world.advance(3_600_000);
  expect(await forge.redeliver(place, 0)).toBe(0);
  expect(asked()).toEqual({ 'GET /repos/{owner}/{repo}/hooks': 1 });
});
