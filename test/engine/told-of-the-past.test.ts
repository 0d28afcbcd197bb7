import { expect, test } from 'vitest';
import { ToldOtherwise } from '../doubles/told-otherwise.ts';
import { openPull } from '../scenarios/opening.ts';
import { short } from '../scenarios/story.ts';

test('D2 a forge that tells of the past is not believed, until it has gone on for an hour', async () => {
  const told = new ToldOtherwise();
  const { story, build } = await openPull({ forge: told.forge });
  const began = story.world.now();
  told.say(1, { title: 'newer', changedAt: began });
  await story.look();
  told.say(1, { state: 'closed', changedAt: began - 1000 });
  await story.look();
  expect(await story.state(1)).toBe('building');
  expect(story.ci.calls).toEqual([`start ${short(build.commit)}.1`]);
  // As when the forge was put back to what it was before.
  story.world.advance(3_600_000);
  await story.look();
  expect(await story.state(1)).toBe('closed');
});
