import { expect, test } from 'vitest';
import { short } from './github-story.ts';
import { byStranger, isMirrored, type Stranger, waits } from './stranger.ts';

/**
 * The head that waits is replaced by another, that one is approved, and the first one comes back. Nobody hears of the
 * pushes, and of the approval only then.
 */
async function approveMeanwhile(
  { story, pull, head }: Stranger,
  meanwhile: string,
  said = '/orthrus approve',
): Promise<void> {
  const { people, deliveries } = story.github;
  deliveries.hold(({ event }) => event === 'pull_request' || event === 'issue_comment');
  await people.update(pull, meanwhile);
  story.world.advance(2000);
  await people.comment(pull, said, 'ada');
  story.world.advance(2000);
  await people.update(pull, head);
  story.world.advance(2000);
  deliveries.lose(...deliveries.held.filter(({ event }) => event === 'pull_request'));
  await deliveries.flow();
  await story.settle();
}

test('F1 a head that was away when somebody approved another, and is back, waits until it is named', async () => {
  const stranger = await byStranger();
  const { story, fork, pull, base, head } = stranger;
  const { github, ci } = story;
  await approveMeanwhile(stranger, fork.git.commit(base, { 'a.c': 'harmless' }));
  expect(await story.state(1)).toBe('awaitingApproval');
  expect(isMirrored(story, head)).toBe(false);
  expect(ci.builds.size).toBe(0);
  const named = `/orthrus approve ${short(head)}`;
  await github.people.comment(pull, named, 'ada');
  await story.settle();
  expect(await story.state(1)).toBe('building');
  expect(github.ledger.transcript()).toEqual([
    `status ${short(head)} orthrus pending: ${waits}`,
    expect.stringContaining(`To approve that one, say \`${named}\``),
    'reaction confused #1: /orthrus approve',
    `reaction +1 #1: ${named}`,
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(head)} orthrus pending: building ${short(head)}`,
  ]);
});

test('F1 an approval that names one head is none of the head that is back', async () => {
  const stranger = await byStranger();
  const { story, fork, base, head } = stranger;
  const harmless = fork.git.commit(base, { 'a.c': 'harmless' });
  await approveMeanwhile(stranger, harmless, `/orthrus approve ${short(harmless)}`);
  expect(await story.state(1)).toBe('awaitingApproval');
  expect(isMirrored(story, head)).toBe(false);
  expect(story.github.ledger.transcript()).toEqual([
    `status ${short(head)} orthrus pending: ${waits}`,
    expect.stringContaining(`Its head is ${short(head)}`),
    `reaction confused #1: /orthrus approve ${short(harmless)}`,
  ]);
});

test('F1 a head that was pushed by force, and has stood since, needs no name to be approved', async () => {
  const { story, fork, pull, base, head } = await byStranger();
  const { github } = story;
  const next = fork.git.commit(base, { 'a.c': 'rebased' });
  await github.people.update(pull, next);
  await story.settle();
  story.world.advance(2000);
  await github.people.comment(pull, '/orthrus approve', 'ada');
  await story.settle();
  expect(await story.state(1)).toBe('building');
  expect(github.ledger.transcript()).toEqual([
    `status ${short(head)} orthrus pending: ${waits}`,
    expect.stringMatching(`^status ${short(head)} orthrus error: `),
    `status ${short(next)} orthrus pending: ${waits}`,
    'reaction +1 #1: /orthrus approve',
    `push orthrus/pr-1 ${short(story.tip(1) ?? '')}`,
    `status ${short(next)} orthrus pending: building ${short(next)}`,
  ]);
});

test('F1 the way back may be a fast-forward: a head that was replaced by its parent waits until it is named', async () => {
  const stranger = await byStranger();
  const { story, fork, pull, head: harmless } = stranger;
  const head = fork.git.commit(harmless, { 'a.c': 'harmful' });
  await story.github.people.update(pull, head);
  await story.settle();
  story.world.advance(2000);
  story.github.ledger.transcript();
  await approveMeanwhile({ ...stranger, head }, harmless);
  expect(await story.state(1)).toBe('awaitingApproval');
  expect(isMirrored(story, head)).toBe(false);
  expect(story.github.ledger.transcript().slice(3)).toEqual([
    expect.stringContaining(`To approve that one, say \`/orthrus approve ${short(head)}\``),
    'reaction confused #1: /orthrus approve',
  ]);
});
