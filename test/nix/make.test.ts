import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Project } from './project.ts';
import type { Repository } from './repository.ts';

type Change = (repo: Repository) => Promise<void>;
const append = (path: string, text: string) => (repo: Repository) =>
  repo.edit(path, (was) => was + text);

const all = ['a', 'b', 'c', 'd', 'main'];
const none: string[] = [];

describe('a make build that starts from the last one', () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.create();
  });
  afterAll(() => project.repository.destroy());

  it.each<[string, Change, string[]]>([
    ['one source changed', append('project/src/b.c', 'int more(void) { return 1; }\n'), ['b']],
    [
      'a header of one source changed',
      (repo) => repo.write('project/include/only-b.h', '#define ONLY_B 9\n'),
      ['b'],
    ],
    [
      'a wide header changed',
      (repo) => repo.edit('project/include/wide.h', (was) => was.replace('x + 1', 'x + 2')),
      all,
    ],
    [
      'a header behind a directory link',
      (repo) => repo.write('project/include/v1/config.h', '#define CONFIG 10\n'),
      ['a'],
    ],
    ['a comment in a source', append('project/src/a.c', '/* nothing */\n'), none],
    [
      'a comment in a wide header',
      (repo) => repo.edit('project/include/wide.h', (was) => `/* first\n line */\n${was}`),
      none,
    ],
    [
      'a source added',
      (repo) => repo.write('project/src/e.c', 'int e(void) { return 5; }\n'),
      ['e'],
    ],
    ['a header added', (repo) => repo.write('project/include/new.h', '#define NEW\n'), none],
    ['a source renamed', (repo) => repo.rename('project/src/b.c', 'project/src/z.c'), ['z']],
    [
      'a header that shadows another',
      (repo) => repo.write('project/first/only-b.h', '#define ONLY_B 8\n'),
      ['b'],
    ],
    [
      'a header that shadows the system',
      (repo) =>
        repo.write(
          'project/first/stdio.h',
          '#include_next <stdio.h>\n#define printf(...) puts("shadow")\n',
        ),
      ['main'],
    ],
    [
      'two files swapped',
      async (repo) => {
        await repo.rename('project/src/a.c', 'project/src/swap');
        await repo.rename('project/src/b.c', 'project/src/a.c');
        await repo.rename('project/src/swap', 'project/src/b.c');
      },
      ['a', 'b'],
    ],
    ['an executable bit of a source', (repo) => repo.mode('project/src/a.c', 0o755), none],
    [
      'a header both changed and one added',
      async (repo) => {
        await repo.write('project/include/only-b.h', '#include "extra.h"\n');
        await repo.write('project/include/extra.h', '#define ONLY_B 30\n');
      },
      ['b'],
    ],
  ])('%s: warm, and only what it concerns is compiled', async (_, change, compiled) => {
    const outcome = await project.pushFromBase(change);
    expect(outcome).toMatchObject({ cold: null, compiled, clean: true });
  });

  it('a source deleted: its object leaves the archive', async () => {
    const outcome = await project.pushFromBase(async (repo) => {
      await repo.remove('project/src/b.c');
      await repo.edit('project/src/a.c', (was) => `${was}int b(void) { return 0; }\n`);
    });
    expect(outcome).toMatchObject({ cold: null, compiled: ['a'], clean: true });
  });

  it.each<[string, Change, string]>([
    [
      "a generated header's input",
      (repo) => repo.write('project/gen/table.txt', 'GENERATED 8\n'),
      'gen/table.txt changed',
    ],
    [
      'the generator itself',
      (repo) => repo.edit('project/gen/generate.sh', (was) => was.replace('$value', '($value)')),
      'gen/generate.sh changed',
    ],
    [
      "the Makefile's flags",
      (repo) => repo.edit('project/Makefile', (was) => was.replace('-O1', '-O1 -DCONFIG=5')),
      'Makefile changed',
    ],
    [
      "the environment's flags",
      (repo) => repo.write('settings.nix', '{ env.CFLAGS = "-O0"; }'),
      'environment or toolchain is another',
    ],
    [
      'the build script',
      (repo) => repo.write('settings.nix', '{ build = "make -j2 CFLAGS=-O0"; }'),
      "the build's script",
    ],
    [
      'the toolchain',
      (repo) => repo.write('settings.nix', '{ toolchain = "another"; }'),
      'toolchain is another',
    ],
    [
      'the tools on PATH',
      (repo) => repo.write('settings.nix', '{ path = "/bin:/usr/bin"; }'),
      'toolchain is another',
    ],
    [
      'an executable bit that no compiler sees',
      (repo) => repo.mode('project/tool.sh', 0o755),
      'tool.sh changed',
    ],
    [
      'a symbolic link pointed elsewhere',
      (repo) => repo.link('project/links/file', 'other'),
      'a symbolic link',
    ],
    [
      'a directory link pointed elsewhere',
      (repo) => repo.link('project/include/current', 'v2'),
      'a symbolic link',
    ],
    [
      'a link in the place of a file',
      (repo) => repo.link('project/links/other', 'data'),
      'a symbolic link',
    ],
    [
      'a header whose name has a space',
      (repo) => repo.write('project/include/with space.h', '#define SPACE 5\n'),
      'include/with space.h changed',
    ],
    [
      'a file whose name has a space',
      (repo) => repo.write('project/names with spaces/a file', 'x\n'),
      'names with spaces/a file changed',
    ],
    [
      'a product that is a source now',
      (repo) => repo.write('project/build/src/a.d', ''),
      'build/src/a.d was a product',
    ],
  ])('%s: cold, and says why', async (_, change, reason) => {
    const outcome = await project.pushFromBase(change);
    expect(outcome.cold).toContain(reason);
    expect(outcome).toMatchObject({ compiled: all, clean: true });
  });

  it('a header deleted that is needed: fails as a clean build does', async () => {
    const verdicts = await project.verdictsFromBase((repo) =>
      repo.remove('project/include/only-b.h'),
    );
    expect(verdicts).toEqual({ warm: 'failure', clean: 'failure' });
  });

  it('goes on from warm builds as from cold ones', async () => {
    const chain: [Change, string[]][] = [
      [append('project/src/a.c', 'int again(void) { return 1; }\n'), ['a']],
      [append('project/include/wide.h', '/* a comment */\n'), none],
      [(repo) => repo.write('project/include/only-b.h', '#define ONLY_B 11\n'), ['b']],
      [
        (repo) =>
          repo
            .remove('project/src/a.c')
            .then(() => repo.write('project/src/f.c', 'int a(void) { return 2; }\n')),
        ['f'],
      ],
      [
        (repo) => repo.edit('project/include/wide.h', (was) => was.replace('x + 1', 'x + 3')),
        ['b', 'c', 'd', 'main'],
      ],
      [append('project/src/f.c', '\n'), none],
    ];
    await project.repository.restore(project.base);
    for (const [change, compiled] of chain) {
      const outcome = await project.pushOnward(change);
      expect(outcome).toMatchObject({ cold: null, compiled, clean: true });
      // Nothing keeps the cache before it alive.
      const { intermediates } = outcome;
      const references = execFileSync('nix-store', ['--query', '--references', intermediates]);
      expect(references.toString()).toBe('');
    }
  });
});
