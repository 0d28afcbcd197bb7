import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Forge } from '../../src/ports/forge.ts';
import type { Mirror, PushResult } from '../../src/ports/mirror.ts';
import { PortError } from '../../src/ports/port-error.ts';
import { built, failed } from '../doubles/scripted-ci.ts';
import { cacheOf, openPull, saidOf } from './opening.ts';
import { begin, short, type Story } from './story.ts';
import { wrapped } from '../doubles/wrapped.ts';

test('E1 the forge cannot be reached: tried again after growing waits, until it can', async () => {
  const calls: number[] = [];
  let down = 5;
  const forge = (real: Forge): Forge =>
    wrapped(real, {
      publish: async (repository, status) => {
        calls.push(Date.now());
        down -= 1;
        if (down >= 0) throw new PortError('unavailable', 'connection reset');
        await real.publish(repository, status);
      },
    });
  const { story, head, build } = await openPull({
    forge,
    config: { retry: { base: '10ms', max: '10s' } },
  });
  await story.untilSo('the status is published', () => story.statuses.length === 1);
  // Half of each wait is chance, of which the test's world has one half.
  const waits = calls.slice(1).map((at, index) => at - (calls[index] ?? at));
  expect(waits).toHaveLength(5);
  for (const [index, wait] of waits.entries())
    expect(wait).toBeGreaterThanOrEqual(Math.floor(10 * 2 ** index * 0.75));
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [saidOf(head, `orthrus pending: building ${short(head)}`)],
  });
});

test('E1 a status that timed out, but was published after all, is not published twice', async () => {
  let faults = 1;
  const forge = (real: Forge): Forge =>
    wrapped(real, {
      publish: async (repository, status) => {
        await real.publish(repository, status);
        faults -= 1;
        if (faults >= 0) throw new PortError('timeout', 'no answer within 10 s');
      },
    });
  const { story, head } = await openPull({ forge });
  await story.untilSo('it was tried again', () => story.statuses.length === 2);
  await story.settle();
  const note = story.repository.git('notes', '--ref=orthrus', 'show', head);
  expect(note.split('\n')).toHaveLength(1);
  expect((await story.told(1)).filter((type) => type === 'status.published')).toHaveLength(1);
});

/** A mirror whose pushes are done, though nobody hears of it: as many as `lost` says. */
function losingAnswers(lost: { count: number }): (real: Mirror) => Mirror {
  return (real) =>
    wrapped(real, {
      push: async (branch, commit, expected): Promise<PushResult> => {
        const result = await real.push(branch, commit, expected);
        lost.count -= 1;
        if (lost.count >= 0) throw new PortError('timeout', 'no answer within 10 min');
        return result;
      },
    });
}

test('E1 a push that timed out, but was done after all, is not done twice', async () => {
  const lost = { count: 3 };
  const story = await begin({ repository: { branches: [] }, mirror: losingAnswers(lost) });
  const head = story.pushPull(1, story.pushMain({ 'a.c': 'base' }), { 'a.c': 'first' });
  await story.start();
  await story.until(1, 'building');
  await story.settle();
  const build = await story.build(1);
  expect(lost.count).toBe(-1);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [saidOf(head, `orthrus pending: building ${short(head)}`)],
  });
});

test('E1 a push that timed out, was done after all, and then overtaken: the branch is still ours', async () => {
  const lost = { count: 0 };
  const { story, base, head, build } = await openPull({
    mirror: losingAnswers(lost),
    config: { retry: { base: '1h', max: '1h' } },
  });
  lost.count = 1;
  story.pushPull(1, base, { 'b.c': 'one' });
  await story.look();
  expect(await story.state(1)).toBe('merging.pushing');
  const unheard = story.tip(1);
  const last = story.pushPull(1, base, { 'c.c': 'two' });
  await story.look();
  story.world.advance(2 * 3_600_000);
  await story.settle();

  const next = await story.build(1);
  expect(story.repository.parents(next.commit)).toEqual([last]);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, unheard, next.commit],
    ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.${next.attempt}`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus error: superseded by …'),
      saidOf(last, `orthrus pending: building ${short(last)}`),
    ],
  });
});

/** The server's own hook declines every commit that records a cache. */
function protect(story: Story): void {
  const hooks = join(story.repository.bare, 'hooks');
  mkdirSync(hooks, { recursive: true });
  const hook = join(hooks, 'update');
  writeFileSync(
    hook,
    `#!/bin/sh
case "$(git log -1 --format=%s "$3")" in
Record*) echo "this branch is protected" >&2; exit 1;;
esac
`,
  );
  chmodSync(hook, 0o755);
}

test('E9 the server refuses the commit that records the cache: the verdict says that it was not kept', async () => {
  const { story, head, build } = await openPull();
  protect(story);
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'), failed('docs'));
  await story.until(1, 'idle');
  const note =
    'cache not kept: this branch is protected; hook declined to update refs/heads/orthrus/pr-1';
  expect(story.tip(1)).toBe(build.commit);
  expect(story.repository.statuses(head)).toMatchObject({
    orthrus: `failure: docs failed; ${note}`,
  });

  // It is not lost for all that: the next overlay carries it.
  rmSync(join(story.repository.bare, 'hooks', 'update'));
  const second = story.pushPull(1, head, { 'a.c': 'second' });
  await story.look();
  const next = await story.build(1);
  expect(Object.keys(cacheOf(story, next.commit) ?? {})).toEqual(['hello']);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, next.commit],
    ci: [`start ${short(build.commit)}.1`, `start ${short(next.commit)}.2`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(head, 'orthrus/docs failure: it broke'),
      saidOf(head, `orthrus failure: docs failed; ${note}`),
      saidOf(second, `orthrus pending: building ${short(second)}`),
    ],
  });
});

test('E9 somebody moved the branch meanwhile: the verdict is reported, and says so', async () => {
  const { story, head, build } = await openPull();
  const { repository } = story;
  const stranger = repository.commit(build.commit, { 'x.c': 'x' });
  repository.push(story.branch(1), stranger);
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');
  expect(story.tip(1)).toBe(stranger);
  expect(story.transcript(1)).toEqual({
    pushes: [build.commit, stranger],
    ci: [`start ${short(build.commit)}.1`],
    statuses: [
      saidOf(head, `orthrus pending: building ${short(head)}`),
      saidOf(
        head,
        `orthrus success: …cold; 1 of 1 jobs built; cache not kept: somebody else moved the branch`,
      ),
    ],
  });
});
