import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Project } from './project.ts';
import type { Repository } from './repository.ts';

// Builds for which copying old objects, make's own rules or a rule of thumb would give another result than a clean
// build's. Each is a project of its own: what is awkward about it is there from the start.

const projects: Project[] = [];
async function project(change: (repo: Repository) => Promise<void>): Promise<Project> {
  const created = await Project.create(change);
  projects.push(created);
  return created;
}
afterEach(async () => {
  await Promise.all(projects.splice(0).map((each) => each.repository.destroy()));
});

const makefile = (from: string, to: string) => (repo: Repository) =>
  repo.edit('project/Makefile', (was) => was.replace(from, () => to));
const header = (content: string) => (repo: Repository) =>
  repo.write('project/include/only-b.h', content);

describe('what a Makefile does not say', () => {
  it('its dependency files are made, but not included', async () => {
    const made = await project(makefile('-include $(OBJECTS:.o=.d)', ''));
    expect(await made.pushFromBase(header('#define ONLY_B 9\n'))).toMatchObject({
      cold: null,
      compiled: ['b'],
      clean: true,
    });
  });

  it('there are no dependency files', async () => {
    const made = await project(makefile('-MMD -MP', ''));
    const outcome = await made.pushFromBase(header('#define ONLY_B 9\n'));
    expect(outcome.cold).toBe('include/only-b.h changed, and no dependency file names it');
    expect(outcome.clean).toBe(true);
  });

  it('one object has no dependency file', async () => {
    const made = await project(async (repo) => {
      await repo.edit('project/Makefile', (was) =>
        was.replace(
          'build/src/%.o: src/%.c',
          'build/src/c.o: src/c.c\n\t@mkdir -p $(@D)\n\t$(CC) -Iinclude -c $< -o $@\n\nbuild/src/%.o: src/%.c',
        ),
      );
      await repo.write(
        'project/src/c.c',
        '#include "wide.h"\n#include "only-b.h"\nint c(void) { return ONLY_B; }\n',
      );
    });
    // b's dependency file names the header, so it alone would be compiled again.
    expect(await made.pushFromBase(header('#define ONLY_B 9\n'))).toMatchObject({
      cold: null,
      compiled: ['b', 'c'],
      clean: true,
    });
  });

  it('a program is made from its source and headers in one step', async () => {
    const made = await project(async (repo) => {
      await repo.edit('project/Makefile', (was) =>
        was
          .replace(
            'all: build/program',
            'all: build/program build/single\n\nbuild/single: single.c\n\t$(CC) -Iinclude -o $@ $<',
          )
          .replace('cp build/program', 'cp build/single build/program'),
      );
      await repo.write(
        'project/single.c',
        '#include "only-b.h"\nint main(void) { return ONLY_B; }\n',
      );
    });
    expect(await made.pushFromBase(header('#define ONLY_B 9\n'))).toMatchObject({
      cold: null,
      clean: true,
    });
  });

  it('flags are made from the list of sources', async () => {
    const made = await project(
      makefile(
        '$(CFLAGS) -c',
        '$(CFLAGS) $(if $(filter src/e.c,$(SOURCES)),-ffunction-sections) -c',
      ),
    );
    const outcome = await made.pushFromBase((repo) => repo.write('project/src/e.c', 'int e;\n'));
    expect(outcome).toMatchObject({
      cold: null,
      compiled: ['a', 'b', 'c', 'd', 'e', 'main'],
      clean: true,
    });
  });

  it('an object is changed after it was compiled', async () => {
    const made = await project(
      makefile('-c $< -o $@', '-c $< -o $@\n\tobjcopy --add-section .note=tool.sh $@'),
    );
    // None is what the compiler made, so those that make's rules concern are compiled.
    const comment = (repo: Repository) =>
      repo.edit('project/src/a.c', (was) => `${was}/* nothing */\n`);
    expect(await made.pushFromBase(comment)).toMatchObject({
      cold: null,
      compiled: ['a', 'c', 'd'],
      clean: true,
    });
    const outcome = await made.pushFromBase((repo) => repo.write('project/tool.sh', 'another\n'));
    expect(outcome.cold).toBe('tool.sh changed, and no dependency file names it');
    expect(outcome.clean).toBe(true);
  });

  it('a rule makes a file that make does not know of', async () => {
    const made = await project(async (repo) => {
      await makefile('-c $< -o $@', '-c $< -o $@\n\t@mkdir -p notes; cp $< notes')(repo);
      await makefile('cp -RP', 'cp -RP notes')(repo);
    });
    const outcome = await made.pushFromBase(header('#define ONLY_B 9\n'));
    expect(outcome.cold).toBe('notes/a.c was not made again');
    expect(outcome.clean).toBe(true);
  });

  it('a compiler writes more than the object', async () => {
    const made = await project(async (repo) => {
      await makefile('-MMD', '-fstack-usage -MMD')(repo);
      await makefile('cp -RP', 'cp -RP build/src/*.su')(repo);
    });
    const outcome = await made.pushFromBase(header('#define ONLY_B 9\n'));
    // No object is certain, so no dependency file is believed.
    expect(outcome.cold).toContain('no dependency file names it');
    expect(outcome.clean).toBe(true);
  });

  it('its compilers run in folders below', async () => {
    const made = await project(async (repo) => {
      await repo.write(
        'project/src/Makefile',
        '%.o: %.c\n\t$(CC) -I../include -MMD -MP -c $< -o $@\n',
      );
      await makefile(
        'all: build/program',
        'all: build/program\n\t$(MAKE) -C src extra.o\n\tcp src/extra.o build',
      )(repo);
      await makefile('cp build/program', 'cp build/extra.o build/program')(repo);
      await repo.write('project/src/extra.c', '#include "only-b.h"\nint extra = ONLY_B;\n');
    });
    expect(await made.pushFromBase(header('#define ONLY_B 9\n'))).toMatchObject({
      cold: null,
      compiled: ['b', 'extra', 'extra.o'],
      clean: true,
    });
  });
});

describe('what an object depends on beside its includes', () => {
  it('__has_include of a file that was not there', async () => {
    const made = await project((repo) =>
      repo.edit(
        'project/src/b.c',
        (was) => `#if __has_include("maybe.h")\nint maybe;\n#endif\n${was}`,
      ),
    );
    const outcome = await made.pushFromBase((repo) => repo.write('project/include/maybe.h', ''));
    expect(outcome).toMatchObject({ cold: null, compiled: ['b'], clean: true });
  });

  it('a header that -isystem hides from its dependency file', async () => {
    const made = await project(async (repo) => {
      await makefile(
        '-Ifirst -Iinclude',
        '$(if $(filter src/b.c,$<),-Ihidden,-isystem hidden) -Ifirst -Iinclude',
      )(repo);
      await repo.write('project/hidden/hidden.h', '#define HIDDEN 1\n');
      for (const name of ['a', 'b']) {
        await repo.edit(
          `project/src/${name}.c`,
          (was) => `#include "hidden.h"\n${was}int hidden_${name} = HIDDEN;\n`,
        );
      }
    });
    // Only b's dependency file names it.
    expect(
      await made.pushFromBase((repo) =>
        repo.write('project/hidden/hidden.h', '#define HIDDEN 2\n'),
      ),
    ).toMatchObject({
      cold: null,
      compiled: ['a', 'b'],
      clean: true,
    });
  });

  it.each([
    [
      '__LINE__',
      'static const int at = __LINE__;',
      'static inline int line(void) { return __LINE__; }',
    ],
    ['__builtin_LINE', '', 'static inline int line(void) { return __builtin_LINE(); }'],
    ['-g', '', 'static inline int line(void) { return 1; }'],
  ])('the line it is on: %s', async (what, _, code) => {
    const content = `#define ONLY_B line()\n${code}\n`;
    const made = await project(async (repo) => {
      await header(content)(repo);
      // Debug information names the directory, unless it is told not to.
      if (what === '-g') await makefile('-MMD', '-g -ffile-prefix-map=$(CURDIR)=. -MMD')(repo);
    });
    const outcome = await made.pushFromBase(header(`/* a comment */\n${content}`));
    expect(outcome).toMatchObject({ cold: null, clean: true });
    expect(outcome.compiled).toContain('b');
    expect(outcome.compiled).not.toContain('a');
  });

  it('empty lines and what looks like a line marker, in a raw string', async () => {
    const content = (middle: string) => `static const char *const text = R"(a\n${middle}b)";\n`;
    const made = await project(async (repo) => {
      await makefile('$(CC) -o $@ $^', '$(CXX) -o $@ $^')(repo);
      await makefile(
        'build/generated.h: gen',
        'build/src/%.o: src/%.cc\n\t@mkdir -p $(@D)\n\t$(CXX) -Iinclude -MMD -MP -c $< -o $@\n\nbuild/generated.h: gen',
      )(repo);
      await makefile(
        'OBJECTS := $(SOURCES:%.c=build/%.o)',
        'OBJECTS := $(SOURCES:%.c=build/%.o) build/src/raw.o',
      )(repo);
      await repo.write('project/include/raw.h', content(''));
      await repo.write(
        'project/src/raw.cc',
        '#include "raw.h"\nextern "C" const char *raw() { return text; }\n',
      );
    });
    for (const middle of ['\n', '# 1 "x"\n']) {
      const outcome = await made.pushFromBase((repo) =>
        repo.write('project/include/raw.h', content(middle)),
      );
      expect(outcome).toMatchObject({ cold: null, compiled: ['raw'], clean: true });
    }
  });

  it('comments, under -Werror', async () => {
    const code = (comment: string) =>
      `#include "wide.h"\nint b(void) { int n = 0; switch (getchar()) { case 1: n = 1; ${comment}\ncase 2: n++; } return n; }\n`;
    const made = await project(async (repo) => {
      await makefile('-MMD', '-Wimplicit-fallthrough -Werror -MMD')(repo);
      await repo.write('project/src/b.c', code('/* fall through */'));
    });
    const verdicts = await made.verdictsFromBase((repo) => repo.write('project/src/b.c', code('')));
    expect(verdicts).toEqual({ warm: 'failure', clean: 'failure' });
  });
});

describe('what must not be kept', () => {
  it('objects that name $out or the build directory', async () => {
    for (const value of ['$$out', '$(CURDIR)']) {
      const made = await project(async (repo) => {
        await makefile('-MMD', `-DWHERE=\\"${value}\\" -MMD`)(repo);
        await repo.edit(
          'project/src/a.c',
          (was) => `${was}const char *where(void) { return WHERE; }\n`,
        );
      });
      const outcome = await made.pushFromBase(header('#define ONLY_B 9\n'));
      expect(outcome.cold).toBe(
        'the last build left nothing to start from: build/src/a.o names $out or the build directory',
      );
    }
  });

  it('anything, when the build changes its own source', async () => {
    const made = await project((repo) =>
      repo.write('settings.nix', '{ build = "echo >>links/data; make -j2"; }'),
    );
    const outcome = await made.pushFromBase(header('#define ONLY_B 9\n'));
    expect(outcome.cold).toBe(
      'the last build left nothing to start from: the build changed its source links/data',
    );
    expect(outcome.clean).toBe(true);
  });

  it('anything, when a name has a line break', async () => {
    const made = await project((repo) => repo.write('project/links/line\nbreak', ''));
    const outcome = await made.pushFromBase(header('#define ONLY_B 9\n'));
    expect(outcome.cold).toContain('a line break');
    expect(outcome.clean).toBe(true);
  });
});

describe('a cache that cannot be trusted', () => {
  let plain: Project;
  beforeAll(async () => {
    plain = await Project.create();
  });
  afterAll(() => plain.repository.destroy());

  /** The base's intermediates with a change, as another store path. */
  async function forged(command: string): Promise<string> {
    const scratch = await mkdtemp(join(tmpdir(), 'orthrus-forged-'));
    await cp(plain.intermediates, join(scratch, 'cache'), { recursive: true });
    execFileSync('sh', ['-euc', `chmod -R u+w .; ${command}`], { cwd: join(scratch, 'cache') });
    const path = execFileSync('nix-store', ['--add', join(scratch, 'cache')], {
      encoding: 'utf8',
    }).trim();
    await rm(scratch, { recursive: true });
    return path;
  }

  it.each([
    ['an unknown layout', 'rm -rf *; echo 1 >other', 'no cache'],
    ['another scheme', "sed -i '1s/.*/2/' key", 'kept by another version of these scripts'],
    ['another machine', "sed -i '3s/.*/0  -/' key", "the machine's toolchain is another"],
    [
      'a damaged archive',
      'head -c 2000 objects.tar >o; mv o objects.tar',
      'what was kept could not be restored',
    ],
    [
      'a clock that was ahead',
      'mkdir o; tar -xf objects.tar -C o; find o -type f -exec touch -d "+2 days" {} +; tar --format=pax -cf objects.tar -C o build; rm -r o',
      'kept files are from the future',
    ],
  ])('%s', async (_, command, reason) => {
    plain.path = await forged(command);
    const outcome = await plain.pushFromBase(header('#define ONLY_B 9\n'));
    expect(outcome.cold).toBe(reason);
    expect(outcome).toMatchObject({ compiled: ['a', 'b', 'c', 'd', 'main'], clean: true });
  });
});
