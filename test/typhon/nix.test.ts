import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { threeJobs } from '../doubles/three-jobs.ts';
import { NixWork } from '../doubles/typhon/nix-work.ts';
import { nextSecond } from '../doubles/typhon/uuid.ts';
import type { Files } from '../doubles/repository.ts';
import { short } from '../github/github-story.ts';
import { beginWithTyphon } from './typhon-story.ts';

/** What the derivation itself says its output is. */
function bindingOf(drv: string, output: string): string {
  const args = ['--query', '--binding', output, drv];
  return execFileSync('nix-store', args, { encoding: 'utf8' }).trim();
}

test('C1 C11 C13 C16 B1 a pull request goes its whole way with GitHub, a stock Typhon and real Nix', async () => {
  const story = await beginWithTyphon(new NixWork(), { repository: { coldRetry: false } });
  const { at, typhon } = story;
  const { repository } = at;
  // Nobody calls: all that Typhon tells of outputs is an arbitrary one.
  typhon.actions = null;
  let counted = 0;
  /** What was really built since this was last asked. */
  const built = (): string[] => {
    const fresh = typhon.built.slice(counted).toSorted();
    counted = typhon.built.length;
    return fresh;
  };
  const entry = (job: string): Record<'drv' | 'from' | 'path', string | null> => {
    const line = new RegExp(`"${job}" = \\{ drv = (.*?); from = (.*?); path = (.*?); \\}`);
    const [, ...values] = line.exec(story.cache(1)) ?? [];
    const [drv, from, path] = values.map((text) => (text === 'null' ? null : text.slice(1, -1)));
    return { drv: drv ?? null, from: from ?? null, path: path ?? null };
  };
  const source = { salt: randomBytes(8).toString('hex'), countFile: join(at.directory, 'built') };

  const base = await at.pushMain(threeJobs(source));
  await story.start();
  await story.rest('main', 'idle');
  expect(built()).toEqual(['app', 'doc', 'lib']);

  // Its first build starts from main's: only what it touches is built, from what main left of that.
  await nextSecond();
  const { pull, head } = await at.open('feature', base, { 'app/text': 'two' });
  const overlay = await story.overlay(1);
  await story.rest(1, 'idle');
  expect(built()).toEqual(['app']);
  const app = entry('app');
  expect(app.path).toBe(bindingOf(app.drv ?? '', 'intermediates'));
  expect(app.from).toMatch(/^\/nix\/store\/.*-app-intermediates$/);
  expect(entry('lib')).toEqual({
    drv: expect.any(String),
    from: null,
    path: bindingOf(entry('lib').drv ?? '', 'intermediates'),
  });

  const push = async (parent: string, files: Files): Promise<{ commit: string; next: string }> => {
    at.world.advance(2000);
    await nextSecond();
    const last = (await at.build(1)).commit;
    const commit = repository.git.commit(parent, files);
    await at.github.people.update(pull, commit);
    const next = await story.overlay(1, last);
    await story.rest(1, 'idle');
    return { commit, next };
  };
  const readme = await push(head, { README: 'more' });
  expect(built()).toEqual([]);
  expect(entry('app')).toEqual(app);

  const mixed = await push(readme.commit, { 'lib/text': 'broken', 'doc/text': 'two' });
  expect(built()).toEqual(['doc', 'lib']);
  expect(entry('lib')).toMatchObject({ from: null });
  expect(entry('doc').from).toMatch(/-doc-intermediates$/);

  await at.github.people.close(pull);
  await story.rest(1, 'closed');
  expect(at.tip(1)).toBeNull();
  expect(typhon.jobsets(story.project)).toEqual(['main']);
  const pushed = (commit: string): string => `push orthrus/pr-1 ${short(commit)}`;
  const said = (commit: string, rest: string): string => `status ${short(commit)} orthrus${rest}`;
  const verdict = (commit: string, rest: string): unknown =>
    expect.stringMatching(`^${said(commit, rest)}`);
  expect(at.github.ledger.transcript()).toEqual([
    said(base, ` pending: building ${short(base)}`),
    verdict(base, ' success: .*3 of 3 jobs built$'),
    pushed(overlay),
    said(head, ` pending: building ${short(head)}`),
    expect.stringMatching(/^push /),
    verdict(head, ' success: .*warm.*1 of 3 jobs built$'),
    pushed(readme.next),
    said(readme.commit, ` pending: building ${short(readme.commit)}`),
    // Nothing new to record, and nothing built.
    verdict(readme.commit, ' success: .*nothing to build'),
    pushed(mixed.next),
    said(mixed.commit, ` pending: building ${short(mixed.commit)}`),
    expect.stringMatching(/^push /),
    verdict(mixed.commit, '/lib failure: .*cannot build broken'),
    verdict(mixed.commit, ' failure: lib failed'),
    'push orthrus/pr-1 gone',
  ]);
  expect(story.announced()).toEqual([
    `main created ${short(base)}`,
    `orthrus/pr-1 created ${short(overlay)}`,
    `orthrus/pr-1 moved ${short(readme.next)}`,
    `orthrus/pr-1 moved ${short(mixed.next)}`,
    'orthrus/pr-1 deleted',
  ]);
}, 300_000);
