import { chmodSync, existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Mirror, OverlayRequest } from '../../src/ports/mirror.ts';
import { PortError } from '../../src/ports/port-error.ts';
import { type BareRepository, plainGit, temporaryDirectory } from './repository.ts';

export interface MirrorUnderTest {
  /** The repository as its server has it. */
  readonly bare: BareRepository;
  readonly mirror: Mirror;
  /** Where the mirror keeps its objects. */
  readonly directory: string;
  /** The arguments of every git process started so far. */
  readonly commands: readonly (readonly string[])[];
}

export interface OpenOptions {
  readonly networkTimeout?: number;
}

/** Everything a mirror must do, whatever its kind. */
export function mirrorContract(
  kind: string,
  open: (options?: OpenOptions) => Promise<MirrorUnderTest>,
): void {
  const files = { 'README.md': 'Hello\n', 'src/a.c': 'int a;\n' };
  const branch = 'orthrus/pr-12';
  const ref = `refs/heads/${branch}`;

  function overlay(head: string, more: Partial<OverlayRequest> = {}): OverlayRequest {
    return {
      head,
      parents: [head],
      files: [
        { path: 'cache.nix', content: 'null\n' },
        { path: 'commit.txt', content: `${head}\n` },
      ],
      message: 'Overlay [skip ci]\n\nOrthrus-Pull: here:r1#12\nOrthrus-Attempt: 1\n',
      date: 1_700_000_000_999,
      ...more,
    };
  }

  /** A pull request's head in the repository, and in the mirror. */
  async function withHead(options?: OpenOptions): Promise<MirrorUnderTest & { head: string }> {
    const under = await open(options);
    const main = under.bare.commit('refs/heads/main', { files });
    const head = under.bare.commit('refs/pull/12/head', {
      parents: [main],
      files: { ...files, 'src/b.c': 'int b;\n' },
    });
    await under.mirror.fetch(head, 'refs/pull/12/head');
    return { ...under, head };
  }

  /** And an overlay of it on its branch. */
  async function withOverlay(
    options?: OpenOptions,
  ): Promise<MirrorUnderTest & { head: string; tip: string }> {
    const under = await withHead(options);
    const tip = await under.mirror.compose(overlay(under.head));
    expect(await under.mirror.push(branch, tip, null)).toEqual({ outcome: 'pushed' });
    return { ...under, tip };
  }

  function hook(bare: BareRepository, name: string, script: string): void {
    mkdirSync(join(bare.directory, 'hooks'), { recursive: true });
    const file = join(bare.directory, 'hooks', name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  describe(`${kind} mirror`, () => {
    test('a commit the remote does not have yet is not found, and found when it is there', async () => {
      const { bare, mirror, head } = await withHead();
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
      const { mirror, head, commands } = await withHead();
      const before = commands.length;
      await mirror.fetch(head, 'refs/pull/12/head');
      expect(commands.slice(before).map(([name]) => name)).toEqual(['cat-file']);
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
      const { bare, mirror, head } = await withHead();
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
      const { bare, mirror, head } = await withHead();
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

    test('the same request gives the same commit, the one that git itself would make', async () => {
      const { bare, mirror, head } = await withHead();
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
      const { bare, mirror, head, tip } = await withOverlay();
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
      const { bare, mirror, head, tip } = await withOverlay();
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

    test('E1 a push, or a deletion, that is done already is not done again', async () => {
      const { bare, mirror, head, tip } = await withOverlay();
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
      const { bare, mirror, head } = await withHead({ networkTimeout: 1500 });
      const id = await mirror.compose(overlay(head));
      hook(bare, 'post-receive', 'sleep 4');
      expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'pushed' });
      expect(bare.tip(ref)).toBe(id);
    });

    test('E1 a push that times out before the branch has moved is a time-out', async () => {
      const { bare, mirror, head } = await withHead({ networkTimeout: 1500 });
      const id = await mirror.compose(overlay(head));
      hook(bare, 'pre-receive', 'sleep 4; exit 1');
      await expect(mirror.push(branch, id, null)).rejects.toMatchObject({ code: 'timeout' });
      expect(bare.tip(ref)).toBeNull();
    });

    test('E5 what somebody else pushed is told, and stays', async () => {
      const { bare, mirror, head, tip } = await withOverlay();
      const theirs = bare.commit(ref, { parents: [tip] });
      const id = await mirror.compose(overlay(head, { date: 1_700_000_001_000 }));
      expect(await mirror.push(branch, id, tip)).toEqual({ outcome: 'moved', tip: theirs });
      expect(await mirror.push(branch, null, tip)).toEqual({ outcome: 'moved', tip: theirs });
      expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'moved', tip: theirs });
      expect(bare.tip(ref)).toBe(theirs);
      expect(await mirror.push(branch, id, theirs)).toEqual({ outcome: 'pushed' });
    });

    test('E5 of many pushers at once, one wins and the others are told where the branch is', async () => {
      const { bare, mirror, head } = await withHead();
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
      const { bare, mirror, head, tip } = await withOverlay();
      bare.git('update-ref', '-d', ref);
      const id = await mirror.compose(overlay(head, { parents: [tip, head] }));
      expect(await mirror.push(branch, id, tip)).toEqual({ outcome: 'moved', tip: null });
      expect(bare.tip(ref)).toBeNull();
      expect(await mirror.push(branch, id, null)).toEqual({ outcome: 'pushed' });
    });

    test('E7 a branch in the way is named, and stays', async () => {
      const { bare, mirror, head } = await withHead();
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
      const { bare, mirror, head, tip } = await withOverlay();
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
      const { bare, mirror, head, tip } = await withOverlay();
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
      const { bare, mirror, head, tip } = await withOverlay();
      const id = await mirror.compose(overlay(head, { parents: [tip] }));
      writeFileSync(join(bare.directory, `${ref}.lock`), '');
      await expect(mirror.push(branch, id, tip)).rejects.toMatchObject({ code: 'unavailable' });
    });

    test('no hook of the pushing side runs, those of the receiving one do', async () => {
      const { bare, mirror, head, directory } = await withHead();
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
      expect(existsSync(log) && directory !== bare.directory).toBe(false);
    });

    test('G7 a gc at any moment takes nothing that is still to be pushed', async () => {
      const { mirror, head, directory, bare } = await withHead();
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
      const { bare, mirror, head } = await withHead();
      const id = await mirror.compose(overlay(head));
      const odd = ['$(touch x)/pr'.replace(' ', '_'), ';id;', 'a"b\'c', '`id`', 'é/ü', '|&', '%00'];
      for (const name of odd) {
        expect([name, await mirror.push(name, id, null)]).toEqual([name, { outcome: 'pushed' }]);
        expect(await mirror.tip(name)).toBe(id);
        expect(bare.tip(`refs/heads/${name}`)).toBe(id);
      }
      const wrong = ['--mirror', '-d', 'a:b', '+a', 'a b', 'a..b', 'a~1', 'a^', 'a*', 'a[', '@{u}'];
      wrong.push(
        '',
        '/',
        'a/',
        '/a',
        'a//b',
        '.a',
        'a/.b',
        'a.lock/b',
        'a.',
        'a\nb',
        'HEAD',
        'a\\',
      );
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

    test('F5 a path, a sha, a ref and a message are data', async () => {
      const { bare, mirror, head } = await withHead();
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
