import { expect, test } from 'vitest';
import { PortError } from '../../src/ports/port-error.ts';
import { built, keyOf } from '../doubles/scripted-ci.ts';
import { openPull } from './opening.ts';

const denied = (): PortError => new PortError('denied', 'bad credentials');

test('B1 a build that the CI does not let us cancel is cancelled when it does', async () => {
  const { story, build } = await openPull();
  story.ci.begin(build);
  await story.settle();
  story.ci.faults.cancel.push(denied());
  story.closePull(1);
  await story.look();
  expect(await story.told(1)).toContain('build.cancel.failed');
  await story.untilSo('it is cancelled', () => story.ci.calls.includes(`cancel ${keyOf(build)}`));
  await story.until(1, 'closed');
  await story.settle();
  expect(story.ci.kept.size).toBe(0);
  expect(story.repository.at(story.branch(1))).toBeNull();
});

test('B1 what a build leaves that could not be cancelled is let go when it ends', async () => {
  const { story, build } = await openPull({
    config: { retry: { base: '10ms', max: '1h' } },
  });
  story.ci.begin(build);
  await story.settle();
  story.ci.faults.cancel.push(denied());
  story.closePull(1);
  await story.look();
  expect(await story.state(1)).toBe('closed');
  // The CI keeps what it builds, until it is told what to keep.
  story.ci.kept.set(story.stream(1), { paths: [], builds: [build] });
  story.ci.finish(build, built('hello', 'late'));
  await story.settle();
  expect((await story.told(1)).at(-1)).toBe('build.finished');
  expect(story.ci.kept.size).toBe(0);
  const [before] = (await story.told(1)).slice(-1);
  story.ci.finish(build, built('hello', 'later'));
  await story.settle();
  expect([before, (await story.told(1)).at(-1)]).toEqual(['build.finished', '(build.finished)']);
});

test('B1 a build that could not be cancelled for a newer head is cancelled at the end', async () => {
  const { story, head, build } = await openPull({ repository: { onPush: 'cancel' } });
  story.ci.begin(build);
  await story.settle();
  story.ci.faults.cancel.push(denied());
  await story.newHead(1, head, { 'a.c': 'second' });
  await story.look();
  expect(story.ci.calls).not.toContain(`cancel ${keyOf(build)}`);
  story.closePull(1);
  await story.look();
  expect(story.ci.calls).toContain(`cancel ${keyOf(build)}`);
  expect(await story.state(1)).toBe('closed');
});

test('C6 what the CI could not keep it is asked to keep again, without a word for each try', async () => {
  const { story, build } = await openPull();
  story.ci.begin(build);
  await story.settle();
  story.ci.faults.retain.push(denied(), denied(), denied());
  story.ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  await story.settle();
  const kept = (): readonly string[] => story.ci.kept.get(story.stream(1))?.paths ?? [];
  const [path] = (await story.context(1)).cache['hello']?.entry.path.split(' ') ?? [];
  expect(kept()).not.toContain(path);
  const told = await story.told(1);
  expect(told.filter((type) => type.includes('cache.retain.failed'))).toHaveLength(1);
  await story.look();
  await story.look();
  expect(kept()).not.toContain(path);
  await story.look();
  expect(kept()).toContain(path);
  expect(await story.told(1)).toEqual(told);
});

test('B7 a pull request that is opened again without a head is kept for, and still ends', async () => {
  // Nothing but what is recorded here and seen at the forge opens or ends it.
  const { story, build } = await openPull({ config: { retry: { base: '1h', max: '1h' } } });
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  await story.settle();
  const kept = (): readonly string[] => story.ci.kept.get(story.stream(1))?.paths ?? [];
  const before = kept();
  expect(before).not.toEqual([]);
  story.ci.faults.retain.push(denied());
  story.closePull(1);
  await story.look();
  expect(await story.state(1)).toBe('closed');
  const { pull, policy, repository } = await story.context(1);
  if (pull === null || policy === null || repository === null) throw new Error('never seen');
  const again = { ...pull, state: 'open', head: null } as const;
  await story.record(1, { type: 'pull.observed', repository, policy, pull: again });
  await story.settle();
  expect(await story.state(1)).toBe('idle');
  expect(kept()).toEqual(before);
  const ends = async (): Promise<string[]> =>
    (await story.told(1)).filter((type) => type === 'branch.deleted');
  expect(await ends()).toHaveLength(1);
  // The forge says that it is closed.
  await story.look();
  expect(await story.state(1)).toBe('closed');
  expect(await ends()).toHaveLength(2);
  expect(kept()).toEqual([]);
});

test('B7 a branch of the cache branch’s name, for a pull request that never had a head, is left alone', async () => {
  const { story } = await openPull();
  const { pull, policy, repository } = await story.context(1);
  if (pull === null || policy === null || repository === null) throw new Error('never seen');
  const other = { ...pull, number: 2, headRef: 'refs/pull/2/head', head: null };
  const cacheBranch = 'orthrus/pr-2';
  await story.record(2, {
    type: 'pull.observed',
    repository,
    policy: { ...policy, cacheBranch },
    pull: other,
  });
  await story.record(2, { type: 'tip.observed', tip: story.tip(1) });
  await story.settle();
  expect(await story.state(2)).toBe('idle');
});
