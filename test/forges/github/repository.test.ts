import { expect, it } from 'vitest';
import { counter, fails, here } from './here.ts';

it('a repository is told by its id, its clone URL and its default branch', async () => {
  const { forge, place } = await here();
  expect(await forge.repository('o/r')).toEqual(place);
  await fails(forge.repository('o/none'), 'not-found');
});

it('B8 one that was renamed and transferred is found by its old name, also to be written to', async () => {
  const { github, repository, forge, place, head, token } = await here();
  await github.people.rename(repository, 'engine');
  await github.people.transfer(repository, 'octo-org');
  github.grant(repository, 'orthrus-bot', 'write');
  expect(await forge.repository('o/r')).toEqual({
    ...place,
    name: 'octo-org/engine',
    remote: `${github.url}/octo-org/engine.git`,
  });
  expect(await forge.pull(place, 1)).toMatchObject({ head, trusted: true });
  await forge.publish(place, {
    commit: head,
    context: 'orthrus',
    state: 'success',
    description: 'by its old name',
    url: null,
    as: 'statuses',
    summary: null,
  });
  expect(github.ledger.transcript()).toEqual([
    `status ${head.slice(0, 7)} orthrus success: by its old name`,
  ]);
  expect(await forge.credentials(place)).toEqual({ username: 'x-access-token', password: token });
});

it('F5 a name that leads elsewhere is never asked for', async () => {
  const { github, forge } = await here();
  const asked = counter(github);
  for (const name of ['o', 'o/r/x', '../r', 'o/..', 'o/r?x=1', '/r', 'o/', 'o/r\n'])
    await fails(forge.repository(name), 'invalid');
  expect(asked()).toEqual({});
});
