import { expect, it } from 'vitest';
import { counter, fails, here } from './here.ts';

it('who may write is who may push', async () => {
  const { github, repository, forge, place } = await here();
  const { mayWrite } = forge.conversation;
  const roles = ['admin', 'maintain', 'write', 'triage', 'read', 'none'] as const;
  for (const role of roles) github.grant(repository, `the-${role}`, role);
  const answers = await Promise.all(roles.map((role) => mayWrite(place, `the-${role}`)));
  expect(answers).toEqual([true, true, true, false, false, false]);
  expect(await mayWrite(place, 'dependabot[bot]')).toBe(false);
  expect(await mayWrite(place, '../../../user')).toBe(false);
  github.revoke(await forge.credentials(place).then(({ password }) => password));
  await fails(mayWrite(place, 'somebody-else'), 'denied');
});

it('a comment is answered once by the same reaction, and not at all when it is gone', async () => {
  const { github, forge, place, pull } = await here();
  const { id } = await github.people.comment(pull, '/orthrus status', 'ada');
  await forge.conversation.react(place, String(id), '+1');
  await forge.conversation.react(place, String(id), '+1');
  expect(github.ledger.transcript()).toEqual(['reaction +1 #1: /orthrus status']);
  await forge.conversation.react(place, '1', 'confused');
});

it('E1 we comment once a marker, however many comments there are, and after a lost answer', async () => {
  const { github, forge, place, pull } = await here();
  for (let said = 0; said < 120; said += 1) await github.people.comment(pull, `${said}`, 'ada');
  const post = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
  github.faults.add({ trouble: { kind: 'reset' }, on: post, when: 'after' });
  const { comment } = forge.conversation;
  await fails(comment(place, 1, 'Head 1a2b3c4 is being built.', 'orthrus:99'), 'unavailable');
  const asked = counter(github);
  await comment(place, 1, 'Head 1a2b3c4 is being built.', 'orthrus:99');
  expect(asked()).toEqual({ 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': 2 });
  await comment(place, 1, 'It was built.', 'orthrus:100');
  expect(github.ledger.transcript()).toEqual([
    'comment #1: Head 1a2b3c4 is being built.\n\n<!-- orthrus:99 -->',
    'comment #1: It was built.\n\n<!-- orthrus:100 -->',
  ]);
});
