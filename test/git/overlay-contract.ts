import { expect, test } from 'vitest';
import type { OverlayRequest } from '../../src/ports/mirror.ts';
import {
  type OpenMirrorUnderTest,
  branch,
  files,
  overlay,
  ref,
  withHead,
  withOverlay,
} from './mirror-fixture.ts';
import { type BareRepository, plainGit } from './repository.ts';

/** What an overlay is made of. */
export function overlayContract(open: OpenMirrorUnderTest): void {
  test('the same request gives the same commit, the one that git itself would make', async () => {
    const { bare, mirror, head } = await withHead(open);
    const id = await mirror.compose(overlay(head));
    expect(await mirror.compose(overlay(head))).toBe(id);
    await mirror.push(branch, id, null);
    expect(bare.git('cat-file', 'commit', id)).toBe(
      [
        `tree ${bare.git('rev-parse', `${id}^{tree}`)}`,
        `parent ${head}`,
        'author Orthrus <orthrus@localhost> 1700000000 +0000',
        'committer Orthrus <orthrus@localhost> 1700000000 +0000',
        '',
        'Overlay [skip ci]',
        '',
        'Orthrus-Pull: here:r1#12',
        'Orthrus-Attempt: 1',
      ].join('\n'),
    );
    expect(bare.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('A1 after a fast-forward the overlay has both parents, and nothing is force-pushed', async () => {
    const { bare, mirror, head, tip } = await withOverlay(open);
    bare.git('config', 'receive.denyNonFastForwards', 'true');
    const next = bare.commit('refs/pull/12/head', {
      parents: [head],
      files: { ...files, 'src/c.c': 'int c;\n' },
    });
    await mirror.fetch(next, 'refs/pull/12/head');
    expect(await mirror.isAncestor(head, next)).toBe(true);
    const id = await mirror.compose(overlay(next, { parents: [tip, next] }));
    expect(await mirror.push(branch, id, tip)).toEqual({ outcome: 'pushed' });
    expect(bare.tip(ref)).toBe(id);
    expect(bare.git('rev-parse', `${id}^1`, `${id}^2`)).toBe(`${tip}\n${next}`);
    expect(bare.git('diff-tree', '-r', '--name-status', next, id)).toBe(
      'A\tcache.nix\nA\tcommit.txt',
    );
    expect(bare.file(id, 'commit.txt')).toBe(`${next}\n`);
  });

  test('A2 after a force-push the branch restarts from the head alone, if it is where it was', async () => {
    const { bare, mirror, head, tip } = await withOverlay(open);
    const next = bare.commit('refs/pull/12/head', { files: { 'other.c': 'int x;\n' } });
    await mirror.fetch(next, 'refs/pull/12/head');
    expect(await mirror.isAncestor(head, next)).toBe(false);
    const id = await mirror.compose(overlay(next));
    expect(await mirror.push(branch, id, head)).toEqual({ outcome: 'moved', tip });
    expect(bare.tip(ref)).toBe(tip);
    expect(await mirror.push(branch, id, tip)).toEqual({ outcome: 'pushed' });
    expect(bare.git('rev-list', ref).split('\n')).toEqual([id, next]);
    expect(bare.git('ls-tree', '-r', '--name-only', ref)).toBe('cache.nix\ncommit.txt\nother.c');
  });

  test('A8 bookkeeping files of the pull request are seen, and the overlay has its own', async () => {
    const { bare, mirror } = await open();
    const head = bare.commit('refs/pull/12/head', {
      files: { 'cache.nix': '{ evil = true; }', 'a.c': '' },
    });
    await mirror.fetch(head, 'refs/pull/12/head');
    expect(await mirror.inspect(head, ['cache.nix', 'commit.txt'])).toEqual({
      existing: ['cache.nix'],
      obstacle: null,
    });
    const id = await mirror.compose(overlay(head));
    await mirror.push(branch, id, null);
    expect(bare.file(id, 'cache.nix')).toBe('null\n');
    expect(bare.git('diff-tree', '-r', '--name-status', head, id)).toBe(
      'M\tcache.nix\nA\tcommit.txt',
    );
  });

  test('A9 links, submodules, modes and names that are not UTF-8 come through bit for bit', async () => {
    const { bare, mirror } = await open();
    const blob = plainGit(bare.directory, ['hash-object', '-w', '--stdin'], 'x');
    const inner = plainGit(
      bare.directory,
      ['mktree', '-z'],
      Buffer.from(`100644 blob ${blob}\tb\0`),
    );
    // Sorted as git sorts them, around the places of our own files; a folder sorts with a slash at its end.
    const rows: [string, Buffer][] = [
      ['100755 blob', Buffer.from('build.sh')],
      ['100644 blob', Buffer.from([0x63, 0x61, 0x63, 0x68, 0x65, 0x2e, 0x6e, 0x69, 0xff])],
      ['120000 blob', Buffer.from('cache.nix.link')],
      ['40000 tree', Buffer.from('commit')],
      ['100644 blob', Buffer.from('commit.txt~')],
      ['100644 blob', Buffer.from('with\nnewline "and" \\quotes')],
      ['100664 blob', Buffer.from('group-writable')],
      ['160000 commit', Buffer.from('vendor')],
      ['40000 tree', Buffer.from([0xc3, 0x28])],
    ];
    const table = rows.map(([type, name]) =>
      Buffer.concat([
        Buffer.from(
          `${type} ${type.endsWith('tree') ? inner : type.endsWith('commit') ? 'a'.repeat(40) : blob}\t`,
        ),
        name,
        Buffer.from([0]),
      ]),
    );
    const tree = plainGit(bare.directory, ['mktree', '-z', '--missing'], Buffer.concat(table));
    const head = bare.git('commit-tree', '-m', 'Odd', tree);
    bare.git('update-ref', 'refs/pull/12/head', head);
    await mirror.fetch(head, 'refs/pull/12/head');
    const id = await mirror.compose(overlay(head));
    expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'pushed' });
    const ours = /\t(cache\.nix|commit\.txt)$/;
    const lines = bare.listing(id).split('\0');
    expect(lines.filter((line) => !ours.test(line)).join('\0')).toBe(bare.listing(head));
    expect(lines.filter((line) => ours.test(line))).toHaveLength(2);
    expect(bare.git('fsck', '--no-dangling')).toBe('');
  });

  test('A9 of 50,000 files in folders only the root is rewritten', async () => {
    const { bare, mirror, commands } = await open();
    const head = manyFiles(bare);
    await mirror.fetch(head, 'refs/pull/12/head');
    const before = commands.length;
    const id = await mirror.compose(overlay(head));
    expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'pushed' });
    expect(commands.length - before).toBeLessThanOrEqual(6);
    expect(bare.git('diff-tree', '--name-status', head, id)).toBe('A\tcache.nix\nA\tcommit.txt');
  });

  test('A9 50,000 files in one folder come through bit for bit', async () => {
    const { bare, mirror } = await open();
    const blob = plainGit(bare.directory, ['hash-object', '-w', '--stdin'], 'x');
    const rows = Array.from({ length: 50_000 }, (_, n) => `100644 blob ${blob}\tf${n}\n`);
    rows.push(
      ...['a', 'cache', 'cache.ni', 'cache.nix0', 'commit.txt.'].map(
        (name) => `100644 blob ${blob}\t${name}\n`,
      ),
    );
    const tree = plainGit(bare.directory, ['mktree'], rows.join(''));
    const head = bare.git('commit-tree', '-m', 'Flat', tree);
    bare.git('update-ref', 'refs/pull/12/head', head);
    await mirror.fetch(head, 'refs/pull/12/head');
    const id = await mirror.compose(overlay(head));
    expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'pushed' });
    expect(bare.git('diff-tree', '--name-status', head, id)).toBe('A\tcache.nix\nA\tcommit.txt');
    expect(bare.listing(id).length - bare.listing(head).length).toBe(
      '100644 blob  \tcache.nix\0'.length + '100644 blob  \tcommit.txt\0'.length + 2 * 39,
    );
  });

  test('A10 files go into folders, there or not', async () => {
    const { bare, mirror } = await open();
    const head = bare.commit('refs/pull/12/head', {
      files: { 'ci/run': 'x', 'ci/deep/er/y': 'y', 'ci.nix': '', a: '' },
    });
    await mirror.fetch(head, 'refs/pull/12/head');
    const wanted = ['ci/cache.nix', 'ci/deep/er/commit.txt', 'new/one/cache', 'zz'];
    expect(await mirror.inspect(head, [...wanted, 'ci/run'])).toEqual({
      existing: ['ci/run'],
      obstacle: null,
    });
    const id = await mirror.compose(
      overlay(head, { files: wanted.map((path) => ({ path, content: path })) }),
    );
    await mirror.push(branch, id, null);
    expect(bare.git('diff-tree', '-r', '--name-status', head, id).split('\n')).toEqual(
      wanted.map((path) => `A\t${path}`),
    );
    expect(wanted.map((path) => bare.file(id, path))).toEqual(wanted);
    expect(bare.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('A10 what is in the way is named, and no overlay is made', async () => {
    const { bare, mirror } = await open();
    const blob = plainGit(bare.directory, ['hash-object', '-w', '--stdin'], 'x');
    const inner = plainGit(bare.directory, ['mktree'], `100644 blob ${blob}\tx\n`);
    const table = [
      `100644 blob ${blob}\tfile`,
      `120000 blob ${blob}\tlink`,
      `160000 commit ${'a'.repeat(40)}\tmodule`,
      `040000 tree ${inner}\ttree`,
    ];
    const tree = plainGit(bare.directory, ['mktree', '--missing'], `${table.join('\n')}\n`);
    const head = bare.git('commit-tree', '-m', 'In the way', tree);
    bare.git('update-ref', 'refs/pull/12/head', head);
    await mirror.fetch(head, 'refs/pull/12/head');
    const cases = [
      ['file/cache.nix', { path: 'file', kind: 'file' }],
      ['link/cache.nix', { path: 'link', kind: 'symlink' }],
      ['link', { path: 'link', kind: 'symlink' }],
      ['module/cache.nix', { path: 'module', kind: 'submodule' }],
      ['tree', { path: 'tree', kind: 'folder' }],
      ['tree/x/y', { path: 'tree/x', kind: 'file' }],
    ] as const;
    for (const [path, obstacle] of cases) {
      expect(await mirror.inspect(head, ['fine', path])).toEqual({ existing: [], obstacle });
      const request = overlay(head, { files: [{ path, content: '' }] });
      await expect(mirror.compose(request)).rejects.toMatchObject({ code: 'invalid' });
    }
  });

  test('A11 an empty commit, and a head without any file, get an overlay like any other', async () => {
    const { bare, mirror } = await open();
    const head = bare.commit('refs/pull/12/head', { files: {} });
    await mirror.fetch(head, 'refs/pull/12/head');
    const id = await mirror.compose(overlay(head));
    expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'pushed' });
    expect(bare.git('ls-tree', '-r', '--name-only', id)).toBe('cache.nix\ncommit.txt');
  });

  test('F5 a path, a sha, a ref and a message are data', async () => {
    const { bare, mirror, head } = await withHead(open);
    const paths = ['../x', '/x', 'a/../b', '.git/config', 'a/.GIT/x', 'a\0b', '', 'a//b', './a'];
    const refused = { status: 'rejected', reason: expect.objectContaining({ code: 'invalid' }) };
    const requests: Partial<OverlayRequest>[] = [
      ...paths.map((path) => ({ files: [{ path, content: '' }] })),
      { head: '--help' },
      { head: 'HEAD' },
      { parents: ['-x'] },
      { message: 'a\0b' },
      { date: Number.NaN },
      {
        files: [
          { path: 'a', content: '' },
          { path: 'a/b', content: '' },
        ],
      },
    ];
    expect(
      await Promise.allSettled(requests.map((request) => mirror.compose(overlay(head, request)))),
    ).toEqual(requests.map(() => refused));
    await expect(mirror.fetch('a'.repeat(40), '--upload-pack=id')).rejects.toMatchObject({
      code: expect.stringMatching(/invalid|not-found/) as unknown,
    });
    const name = '$(id) "quoted" é\\'.replace('\\', '');
    const message = 'Title $(id) `id`\n\nauthor Evil <e@e> 0 +0000\n\nOrthrus-Pull: here:r1#1\n';
    const id = await mirror.compose(
      overlay(head, { message, files: [{ path: name, content: '\0\u2028"' }] }),
    );
    await mirror.push(branch, id, null);
    expect(bare.git('log', '-1', '--format=%an%n%B', id)).toBe(`Orthrus\n${message.trimEnd()}`);
    expect(bare.file(id, name)).toBe('\0\u2028"');
  });
}

/** A head of 50,000 files, quickly. */
function manyFiles(bare: BareRepository): string {
  const lines = ['blob', 'mark :1', 'data 1', 'x', 'commit refs/pull/12/head'];
  lines.push('committer A <a@b.c> 1700000000 +0000', 'data 1', 'x');
  for (let n = 0; n < 50_000; n += 1) lines.push(`M 100644 :1 d${n % 500}/f${n}`);
  plainGit(bare.directory, ['fast-import', '--quiet'], `${lines.join('\n')}\n`);
  return bare.tip('refs/pull/12/head') ?? '';
}
