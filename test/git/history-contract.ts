import { expect, test } from 'vitest';
import { type OpenMirrorUnderTest, overlay, withHead } from './mirror-fixture.ts';
import { plainGit } from './repository.ts';

/** What is fetched, and what a mirror knows of history. */
export function historyContract(open: OpenMirrorUnderTest): void {
  test('a commit the remote does not have yet is not found, and found when it is there', async () => {
    const { bare, mirror, head } = await withHead(open);
    const request = overlay(head);
    const next = bare.git('commit-tree', '-p', head, '-m', 'Next', `${head}^{tree}`);
    const absent = next.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    await expect(mirror.fetch(absent, 'refs/pull/12/head')).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(mirror.fetch(absent, 'refs/pull/99/head')).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(mirror.compose({ ...request, head: absent })).rejects.toMatchObject({
      code: 'not-found',
    });
    bare.git('update-ref', 'refs/pull/12/head', next);
    await mirror.fetch(next, 'refs/pull/12/head');
    expect(await mirror.isAncestor(head, next)).toBe(true);
  });

  test('a commit that is here is not fetched again', async () => {
    const { mirror, head, commands } = await withHead(open);
    const before = commands.length;
    await mirror.fetch(head, 'refs/pull/12/head');
    expect(commands.slice(before).flat()).not.toContain('fetch');
  });

  test('a head that its ref has left behind is still fetched by its name', async () => {
    const { bare, mirror } = await open();
    const old = bare.commit('refs/pull/1/head');
    bare.commit('refs/pull/1/head');
    await mirror.fetch(old, 'refs/pull/1/head');
    expect(await mirror.isAncestor(old, old)).toBe(true);
  });

  test('many fetches at once of one new repository all get what they want', async () => {
    const { bare, mirror } = await open();
    const heads = Array.from({ length: 6 }, (_, n) => bare.commit(`refs/pull/${n + 1}/head`));
    await Promise.all(heads.map((head, n) => mirror.fetch(head, `refs/pull/${n + 1}/head`)));
    expect(await Promise.all(heads.map((head) => mirror.isAncestor(head, head)))).toEqual(
      heads.map(() => true),
    );
  });

  test('a tip is where the branch is now, whoever moved it', async () => {
    const { bare, mirror } = await open();
    expect(await mirror.tip('a')).toBeNull();
    const first = bare.commit('refs/heads/a/b');
    expect([await mirror.tip('a'), await mirror.tip('a/b')]).toEqual([null, first]);
    const second = bare.commit('refs/heads/a/b');
    expect(await mirror.tip('a/b')).toBe(second);
    expect(await mirror.tip('heads/a/b')).toBeNull();
  });

  test('ancestry is told; an unknown ancestor is none, an unknown descendant an error', async () => {
    const { bare, mirror, head } = await withHead(open);
    const main = bare.tip('refs/heads/main') ?? '';
    const unknown = 'a'.repeat(40);
    expect(await mirror.isAncestor(main, head)).toBe(true);
    expect(await mirror.isAncestor(head, main)).toBe(false);
    expect(await mirror.isAncestor(head, head)).toBe(true);
    expect(await mirror.isAncestor(unknown, head)).toBe(false);
    await expect(mirror.isAncestor(head, unknown)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('H1 the nearest of thousands of candidates is found, however far back', async () => {
    const { bare, mirror } = await open();
    const stream = Array.from({ length: 3000 }, (_, n) =>
      [
        'commit refs/heads/main',
        `mark :${n + 1}`,
        `committer A <a@b.c> ${1_600_000_000 + n} +0000`,
        'data 1\nx',
        n === 0 ? 'M 100644 inline a\ndata 1\nx' : `from :${n}`,
        '',
      ].join('\n'),
    );
    plainGit(bare.directory, ['fast-import', '--quiet'], stream.join(''));
    const line = bare.git('rev-list', 'refs/heads/main').split('\n');
    const head = line[0] ?? '';
    await mirror.fetch(head, 'refs/heads/main');
    const strangers = Array.from({ length: 5000 }, (_, n) => n.toString(16).padStart(40, '0'));
    const oldest = line.at(-1) ?? '';
    expect(await mirror.nearest(head, [...strangers, oldest])).toBe(oldest);
    expect(await mirror.nearest(head, [oldest, ...line.slice(1500)])).toBe(line[1500]);
    expect(await mirror.nearest(head, line)).toBe(head);
    expect(await mirror.nearest(head, strangers)).toBeNull();
    expect(await mirror.nearest(head, [])).toBeNull();
    await expect(mirror.nearest('a'.repeat(40), line)).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('E5 E7 G5 whose a branch is, is read from its first-parent line', async () => {
    const { bare, mirror, head } = await withHead(open);
    const message = (pull: string) => `Overlay\n\nOrthrus-Pull: ${pull}\nOrthrus-Attempt: 1\n`;
    const theirs = bare.commit('refs/heads/topic', { message: message('here:r1#99') });
    const first = await mirror.compose(overlay(head, { message: message('here:r1#12') }));
    await mirror.fetch(theirs, 'refs/heads/topic');
    const second = await mirror.compose(
      overlay(head, { parents: [first, theirs], message: 'By hand\n' }),
    );
    expect(await mirror.origin(second, [first, theirs], 100)).toEqual({
      known: first,
      trailer: 'here:r1#12',
    });
    expect(await mirror.origin(second, [], 100)).toEqual({ known: null, trailer: 'here:r1#12' });
    expect(await mirror.origin(second, [first], 1)).toEqual({ known: null, trailer: null });
    expect(await mirror.origin(head, [first], 100)).toEqual({ known: null, trailer: null });
    await expect(mirror.origin('a'.repeat(40), [], 5)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
}
