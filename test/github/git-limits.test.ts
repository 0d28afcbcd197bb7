import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { LimitKind } from '../doubles/github/limits.ts';
import { Repository } from '../doubles/repository.ts';
import { built } from '../doubles/scripted-ci.ts';
import { beginAtGitHub, short } from './github-story.ts';

/** A repository on this machine, whose forge is no GitHub. */
function repositoryHere(): { root: string; here: Repository } {
  const root = mkdtempSync(join(tmpdir(), 'orthrus-here-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  mkdirSync(join(root, 'git'));
  return { root: join(root, 'git'), here: new Repository(join(root, 'git'), 'p/q') };
}

test.each<{ as: LimitKind; on: string }>([
  { as: '429', on: 'git fetch' },
  { as: 'secondary', on: 'git push' },
])(
  'E2 a limit told to git ($as, $on) rests the token in git and the API, for every pull request, until its deadline',
  async ({ as, on }) => {
    const { root, here } = repositoryHere();
    const base = here.commit(null, { 'b.c': 'base' });
    here.push('refs/heads/main', base);
    const story = await beginAtGitHub({
      beside: {
        forges: { here: { kind: 'git', root } },
        repositories: [{ forge: 'here', name: 'p/q', ci: 'ci', branches: [] }],
      },
    });
    const { github, ci } = story;
    const main = await story.pushMain({ 'a.c': 'base' });
    await story.start();
    github.faults.add({ trouble: { kind: 'limit', as, seconds: 600 }, on });
    const first = await story.open('first', main, { 'a.c': 'first' });
    await story.settle();
    const second = await story.open('second', main, { 'a.c': 'second' });
    await story.settle();
    const asked = github.ledger.requests.length;
    expect(await story.state(1)).toMatch(/^merging/);

    // Work that needs no such token goes on, from a head to its verdict.
    const other = here.commit(base, { 'b.c': 'first' });
    here.push('refs/pull/1/head', other);
    await story.look();
    const [elsewhere] = ci.builds.values();
    if (elsewhere === undefined) throw new Error('the other forge waits');
    ci.finish(elsewhere.request, built('tool', 'one'));
    await story.untilSo('the other forge has its verdict', () =>
      (here.statuses(other)['orthrus'] ?? '').startsWith('success'),
    );
    // A minute is not enough, nor five; people may come and go.
    story.world.advance(300_000);
    await github.people.label(first.pull, 'large');
    await story.look();
    expect(github.ledger.requests).toHaveLength(asked);

    story.world.advance(310_000);
    await story.until(1, 'building');
    await story.until(2, 'building');
    await story.settle();
    const told = [first, second].map(
      ({ head }) => `status ${short(head)} orthrus pending: building ${short(head)}`,
    );
    const pushed = [1, 2].map(
      (number) => `push orthrus/pr-${number} ${short(story.tip(number) ?? '')}`,
    );
    expect(github.ledger.transcript().toSorted()).toEqual([...pushed, ...told].toSorted());
  },
);
