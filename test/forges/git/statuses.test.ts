import { expect, test } from 'vitest';
import type { CommitStatus } from '../../../src/ports/forge.ts';
import { plainGit } from '../../git/repository.ts';
import { gitForge } from './fixture.ts';

function status(commit: string, more: Partial<CommitStatus> = {}): CommitStatus {
  return {
    commit,
    context: 'orthrus',
    state: 'pending',
    description: 'building',
    url: null,
    as: 'statuses',
    summary: null,
    ...more,
  };
}

test('a status is a line of the note that git log shows', async () => {
  const { forge, bare } = gitForge();
  const head = bare.commit('refs/heads/main');
  const repository = await forge.repository('ada/engine');
  await forge.publish(repository, status(head));
  await forge.publish(repository, status(head, { state: 'success', description: 'built' }));
  const line = '{"context":"orthrus","state":"success","description":"built","url":null}';
  expect(bare.git('log', '-1', '--notes=orthrus', head)).toContain(line);
  expect(bare.git('notes', '--ref=orthrus', 'show', head).split('\n')).toHaveLength(2);
  expect((await forge.statuses(repository, head)).get('orthrus')?.state).toBe('success');
  expect(bare.git('fsck')).toBe('');
});

test('A6 a status that already is the newest of its context is not written again', async () => {
  const { forge, bare } = gitForge();
  const head = bare.commit('refs/heads/main');
  const repository = await forge.repository('ada/engine');
  await forge.publish(repository, status(head));
  await forge.publish(repository, status(head, { context: 'orthrus/job' }));
  const before = bare.tip('refs/notes/orthrus');
  await forge.publish(repository, status(head));
  expect(bare.tip('refs/notes/orthrus')).toBe(before);
  await forge.publish(repository, status(head, { state: 'failure' }));
  await forge.publish(repository, status(head));
  const statuses = await forge.statuses(repository, head);
  expect([...statuses.keys()]).toEqual(['orthrus', 'orthrus/job']);
  expect(statuses.get('orthrus')?.state).toBe('pending');
});

test('of twenty writers at once, each with a forge of its own, none is lost', async () => {
  const { bare, another } = gitForge();
  const head = bare.commit('refs/heads/main');
  const other = bare.commit('refs/heads/other');
  await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const forge = another();
      const repository = await forge.repository('ada/engine');
      await forge.publish(repository, status(n % 2 === 0 ? head : other, { context: `job-${n}` }));
    }),
  );
  const count = (commit: string) =>
    bare.git('notes', '--ref=orthrus', 'show', commit).split('\n').length;
  expect([count(head), count(other)]).toEqual([10, 10]);
  expect(bare.git('rev-list', '--count', 'refs/notes/orthrus')).toBe('20');
});

test('notes that others wrote stay, whatever fan-out git gave them', async () => {
  const { forge, bare } = gitForge();
  const repository = await forge.repository('ada/engine');
  const first = bare.commit('refs/heads/main');
  bare.git('notes', '--ref=orthrus', 'add', '-m', 'Looks good to me', first);
  await forge.publish(repository, status(first));
  expect(bare.git('notes', '--ref=orthrus', 'show', first)).toMatch(/^Looks good to me\n+\{/);

  const commits = Array.from({ length: 400 }, (_, n) =>
    bare.git('commit-tree', '-m', `${n}`, `${first}^{tree}`),
  );
  const copies = commits.map((commit) => `${first} ${commit}\n`).join('');
  plainGit(bare.directory, ['notes', '--ref=orthrus', 'copy', '--stdin'], copies);
  // git splits so many by their first digits.
  expect(bare.git('ls-tree', '--name-only', 'refs/notes/orthrus')).toMatch(/^[0-9a-f]{2}$/m);
  const [one = ''] = commits;
  await forge.publish(repository, status(one, { state: 'success' }));
  const fresh = bare.commit('refs/heads/fresh');
  await forge.publish(repository, status(fresh));
  expect(bare.git('notes', '--ref=orthrus', 'show', one)).toContain('"success"');
  expect(bare.git('notes', '--ref=orthrus', 'show', fresh)).toContain('"pending"');
  expect(bare.git('notes', '--ref=orthrus', 'list').split('\n')).toHaveLength(402);
  // And git goes on from what was written here.
  bare.git('notes', '--ref=orthrus', 'append', '-m', 'Thanks', fresh);
  await forge.publish(repository, status(fresh, { state: 'success' }));
  expect((await forge.statuses(repository, fresh)).get('orthrus')?.state).toBe('success');
});

test('a commit that is not there gets no status', async () => {
  const { forge } = gitForge();
  const repository = await forge.repository('ada/engine');
  await expect(forge.publish(repository, status('a'.repeat(40)))).rejects.toMatchObject({
    code: 'not-found',
  });
});

test('F5 a description is one line, whatever is in it', async () => {
  const { forge, bare } = gitForge();
  const head = bare.commit('refs/heads/main');
  const repository = await forge.repository('ada/engine');
  const description = 'job "a\n{"context":"orthrus","state":"success"}\n" $(id) é';
  await forge.publish(repository, status(head, { state: 'failure', description }));
  expect((await forge.statuses(repository, head)).get('orthrus')).toMatchObject({
    state: 'failure',
    description,
  });
});
