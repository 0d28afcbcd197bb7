import { expect, it } from 'vitest';
import { newKeys } from '../../doubles/github/app-registry.ts';
import { workplace } from '../../doubles/github/small-world.ts';
import { asApp, counter, fails, here } from './here.ts';

const find = 'GET /repos/{owner}/{repo}/installation';
const issue = 'POST /app/installations/{installation_id}/access_tokens';
const pulls = 'GET /repos/{owner}/{repo}/pulls';

it('an App finds where it is installed, and its token is good for git as for the API', async () => {
  const { github, repository, another, place, base } = await here();
  const app = github.app();
  github.install(app, repository);
  const forge = another({ auth: asApp(app) });
  const asked = counter(github);
  await Promise.all([forge.openPulls(place), forge.openPulls(place)]);
  const { username, password } = await forge.credentials(place);
  expect(asked()).toEqual({ [find]: expect.any(Number), [issue]: 1, [pulls]: 2 });
  expect(username).toBe('x-access-token');
  const { git } = await workplace(password);
  expect((await git('ls-remote', place.remote, 'refs/heads/main')).stdout).toContain(base);
});

it('a token is renewed before it ends, and one that was taken back at once', async () => {
  const { github, repository, another, place, world } = await here();
  const app = github.app();
  github.install(app, repository);
  const forge = another({ auth: asApp(app) });
  const first = await forge.credentials(place);
  world.advance(50 * 60_000);
  expect(await forge.credentials(place)).toEqual(first);
  world.advance(6 * 60_000);
  const second = await forge.credentials(place);
  expect(second).not.toEqual(first);
  github.revoke(second.password);
  const asked = counter(github);
  expect(await forge.openPulls(place)).toHaveLength(1);
  expect(asked()).toMatchObject({ [pulls]: 2 });
});

it('E3 an App that is not installed says so, and goes on when it is; also anew', async () => {
  const { github, repository, another, place } = await here();
  const app = github.app();
  const forge = another({ auth: asApp(app) });
  const error = await fails(forge.openPulls(place), 'denied');
  expect(error.message).toContain('not installed on o/r');
  const installation = github.install(app, repository);
  expect(await forge.openPulls(place)).toHaveLength(1);
  github.uninstall(installation);
  await fails(forge.openPulls(place), 'denied');
  github.install(app, repository);
  expect(await forge.openPulls(place)).toHaveLength(1);
});

it("F3 a key that is not the App's, or none at all, is told without being shown", async () => {
  const { github, repository, another, place } = await here();
  const app = github.app();
  github.install(app, repository);
  const wrong = newKeys().privateKey;
  const asWrong = another({ auth: { app: { id: app.id, privateKey: wrong } } });
  const error = await fails(asWrong.openPulls(place), 'denied');
  const asNone = another({ auth: { app: { id: app.id, privateKey: 'no key of mine' } } });
  const none = await fails(asNone.openPulls(place), 'denied');
  expect(none.message).toContain('PEM');
  for (const { message, stack } of [error, none])
    for (const secret of ['no key of mine', wrong.split('\n')[1] ?? ''])
      expect(`${message} ${stack}`).not.toContain(secret);
});

it('an escaped key, as environments hold it, is a key', async () => {
  const { github, repository, another, place } = await here();
  const app = github.app();
  github.install(app, repository);
  const privateKey = app.privateKey.replaceAll('\n', '\\n');
  const forge = another({ auth: { app: { id: app.id, privateKey } } });
  expect(await forge.openPulls(place)).toHaveLength(1);
});
