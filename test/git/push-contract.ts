import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PortError } from '../../src/ports/port-error.ts';
import {
  type OpenMirrorUnderTest,
  branch,
  hook,
  overlay,
  ref,
  withHead,
  withOverlay,
} from './mirror-fixture.ts';
import { plainGit, temporaryDirectory } from './repository.ts';

/** What becomes of a push. */
export function pushContract(open: OpenMirrorUnderTest): void {
  test('E1 a push, or a deletion, that is done already is not done again', async () => {
    const { bare, mirror, head, tip } = await withOverlay(open);
    const log = join(temporaryDirectory(), 'log');
    hook(bare, 'post-receive', `cat >>'${log}'`);
    expect(await mirror.push(branch, tip, null)).toEqual({ outcome: 'pushed' });
    expect(await mirror.push(branch, tip, head)).toEqual({ outcome: 'pushed' });
    expect(existsSync(log)).toBe(false);
    expect(await mirror.push(branch, null, tip)).toEqual({ outcome: 'pushed' });
    expect(await mirror.push(branch, null, tip)).toEqual({ outcome: 'pushed' });
    expect(await mirror.push(branch, null, null)).toEqual({ outcome: 'pushed' });
    expect(bare.tip(ref)).toBeNull();
  });

  test('E1 a push that times out after the branch has moved is a push', async () => {
    const { bare, mirror, head } = await withHead(open, { networkTimeout: 1500 });
    const id = await mirror.compose(overlay(head));
    hook(bare, 'post-receive', 'sleep 4');
    expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'pushed' });
    expect(bare.tip(ref)).toBe(id);
  });

  test('E1 a push that times out before the branch has moved is a time-out', async () => {
    const { bare, mirror, head } = await withHead(open, { networkTimeout: 1500 });
    const id = await mirror.compose(overlay(head));
    hook(bare, 'pre-receive', 'sleep 4; exit 1');
    await expect(mirror.push(branch, id, null)).rejects.toMatchObject({ code: 'timeout' });
    expect(bare.tip(ref)).toBeNull();
  });

  test('E5 what somebody else pushed is told, and stays', async () => {
    const { bare, mirror, head, tip } = await withOverlay(open);
    const theirs = bare.commit(ref, { parents: [tip] });
    const id = await mirror.compose(overlay(head, { date: 1_700_000_001_000 }));
    expect(await mirror.push(branch, id, tip)).toEqual({ outcome: 'moved', tip: theirs });
    expect(await mirror.push(branch, null, tip)).toEqual({ outcome: 'moved', tip: theirs });
    expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'moved', tip: theirs });
    expect(bare.tip(ref)).toBe(theirs);
    expect(await mirror.push(branch, id, theirs)).toEqual({ outcome: 'pushed' });
  });

  test('E5 of many pushers at once, one wins and the others are told where the branch is', async () => {
    const { bare, mirror, head } = await withHead(open);
    const ids = await Promise.all(
      Array.from({ length: 5 }, (_, n) => mirror.compose(overlay(head, { date: n * 1000 }))),
    );
    const settled = await Promise.allSettled(ids.map((id) => mirror.push(branch, id, null)));
    const tip = bare.tip(ref);
    expect(ids).toContain(tip);
    const outcomes = settled.map((result) =>
      result.status === 'fulfilled' ? result.value : (result.reason as unknown),
    );
    const won = ids.findIndex((id) => id === tip);
    expect(outcomes[won]).toEqual({ outcome: 'pushed' });
    // Whoever met git's lock in the winner's hand may try again.
    const lost = outcomes.filter(
      (outcome, n) =>
        n !== won && !(outcome instanceof PortError && outcome.code === 'unavailable'),
    );
    expect(lost).toEqual(lost.map(() => ({ outcome: 'moved', tip })));
  });

  test('E6 a branch that somebody deleted is told, and can be made again', async () => {
    const { bare, mirror, head, tip } = await withOverlay(open);
    bare.git('update-ref', '-d', ref);
    const id = await mirror.compose(overlay(head, { parents: [tip, head] }));
    expect(await mirror.push(branch, id, tip)).toEqual({ outcome: 'moved', tip: null });
    expect(bare.tip(ref)).toBeNull();
    expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'pushed' });
  });

  test('E7 a branch in the way is named, and stays', async () => {
    const { bare, mirror, head } = await withHead(open);
    const id = await mirror.compose(overlay(head));
    const theirs = bare.commit('refs/heads/orthrus');
    expect(await mirror.push(branch, id, null)).toEqual({
      outcome: 'in-the-way',
      ref: 'refs/heads/orthrus',
    });
    expect(bare.tip('refs/heads/orthrus')).toBe(theirs);
    bare.commit('refs/heads/cache/pr-1/of-mine');
    expect(await mirror.push('cache/pr-1', id, null)).toEqual({
      outcome: 'in-the-way',
      ref: 'refs/heads/cache/pr-1/of-mine',
    });
    // Beside them there is room.
    expect(await mirror.push('cache/pr-10', id, null)).toEqual({ outcome: 'pushed' });
  });

  test('E9 a push that the server declines is refused, in the words of its hook', async () => {
    const { bare, mirror, head, tip } = await withOverlay(open);
    hook(
      bare,
      'pre-receive',
      'echo "orthrus/* is protected, see https://ada:secret@example.org/?token=secret" >&2; exit 1',
    );
    const id = await mirror.compose(overlay(head, { parents: [tip] }));
    const refused = {
      outcome: 'refused',
      message: expect.stringMatching(
        /^orthrus\/\* is protected, see https:\/\/example\.org\/$/,
      ) as unknown,
    };
    expect(await mirror.push(branch, id, tip)).toEqual(refused);
    expect(await mirror.push(branch, null, tip)).toEqual(refused);
    expect(bare.tip(ref)).toBe(tip);
  });

  test('E9 a protection by configuration is a refusal too', async () => {
    const { bare, mirror, head, tip } = await withOverlay(open);
    bare.git('config', 'receive.denyNonFastForwards', 'true');
    bare.git('config', 'receive.denyDeletes', 'true');
    const id = await mirror.compose(overlay(head, { date: 0 }));
    expect(await mirror.push(branch, id, tip)).toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining('non-fast-forward') as unknown,
    });
    expect(await mirror.push(branch, null, tip)).toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining('deletion') as unknown,
    });
  });

  test('a lock that somebody left is no refusal: it is worth another try', async () => {
    const { bare, mirror, head, tip } = await withOverlay(open);
    const id = await mirror.compose(overlay(head, { parents: [tip] }));
    writeFileSync(join(bare.directory, `${ref}.lock`), '');
    await expect(mirror.push(branch, id, tip)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('no hook of the pushing side runs, those of the receiving one do', async () => {
    const { bare, mirror, head, directory } = await withHead(open);
    const log = join(temporaryDirectory(), 'log');
    const hooks = join(temporaryDirectory(), 'hooks');
    mkdirSync(hooks);
    for (const [place, name] of [
      [hooks, 'pre-push'],
      [hooks, 'reference-transaction'],
    ] as const) {
      writeFileSync(join(place, name), `#!/bin/sh\necho "$0" >>'${log}'\n`, { mode: 0o755 });
    }
    plainGit(directory, ['config', 'core.hooksPath', hooks]);
    const received = join(temporaryDirectory(), 'received');
    // Where one directory is both, the receiving side has its hooks in the same place.
    const place = directory === bare.directory ? hooks : join(bare.directory, 'hooks');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'post-receive'), `#!/bin/sh\ncat >>'${received}'\n`, {
      mode: 0o755,
    });
    const id = await mirror.compose(overlay(head));
    await mirror.fetch(head, 'refs/pull/12/head');
    expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'pushed' });
    expect(existsSync(received)).toBe(true);
    const ran = existsSync(log) ? readFileSync(log, 'utf8') : '';
    expect(ran).not.toContain('pre-push');
    // Where one directory is both, that hook belongs to the receiving side as well.
    expect(ran.includes('reference-transaction')).toBe(directory === bare.directory);
  });

  test('G7 a gc at any moment takes nothing that is still to be pushed', async () => {
    const { mirror, head, directory, bare } = await withHead(open);
    const id = await mirror.compose(overlay(head));
    // Made three weeks ago, and asked for again now: it counts as new.
    const objects = join(directory, 'objects', id.slice(0, 2), id.slice(2));
    const long = Date.now() / 1000 - 21 * 86_400;
    utimesSync(objects, long, long);
    expect(await mirror.compose(overlay(head))).toBe(id);
    // As a fetch would start it.
    const promisor = ['-c', 'remote.origin.promisor=true', '-c', 'remote.origin.url=x'];
    plainGit(directory, [...(directory === bare.directory ? [] : promisor), 'gc', '--quiet']);
    expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'pushed' });
  });

  test('F5 a branch may have any name that git allows, and no other', async () => {
    const { bare, mirror, head } = await withHead(open);
    const id = await mirror.compose(overlay(head));
    const odd = ['$(touch x)/pr'.replace(' ', '_'), ';id;', 'a"b\'c', '`id`', 'é/ü', '|&', '%00'];
    for (const name of odd) {
      expect([name, await mirror.push(name, id, null)]).toEqual([name, { outcome: 'pushed' }]);
      expect(await mirror.tip(name)).toBe(id);
      expect(bare.tip(`refs/heads/${name}`)).toBe(id);
    }
    const wrong = ['--mirror', '-d', 'a:b', '+a', 'a b', 'a..b', 'a~1', 'a^', 'a*', 'a[', '@{u}'];
    wrong.push('', '/', 'a/', '/a', 'a//b', '.a', 'a/.b', 'a.lock/b', 'a.', 'a\nb', 'HEAD', 'a\\');
    const refused = { status: 'rejected', reason: expect.objectContaining({ code: 'invalid' }) };
    const before = bare.git('for-each-ref');
    const allowed = ['+a'];
    const tried = wrong.filter((name) => !allowed.includes(name));
    expect(await Promise.allSettled(tried.map((name) => mirror.push(name, id, null)))).toEqual(
      tried.map(() => refused),
    );
    expect(await Promise.allSettled(tried.map((name) => mirror.tip(name)))).toEqual(
      tried.map(() => refused),
    );
    expect(bare.git('for-each-ref')).toBe(before);
  });
}
