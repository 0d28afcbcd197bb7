import { randomUUID } from 'node:crypto';
import { cacheFile, type Job, Repository, sameContent } from './repository.ts';

/** A small C project with what makes incremental builds go wrong: see the cases of make.test.ts. */
const files = (salt: string): Record<string, string> => ({
  'flake.nix': `{
  outputs = _: let
    orthrus = import ./orthrus;
    settings = import ./settings.nix;
    project = name: cache: orthrus.make ({
      inherit name;
      system = "x86_64-linux";
      inherit cache;
      src = orthrus.source { path = ./.; folder = "project"; };
      build = "make -j2";
      install = "make install";
    } // settings);
  in rec {
    typhonJobs = orthrus.incremental { src = ./.; jobs.warm = project "warm-${salt}"; };
    clean = orthrus.incremental { src = ./.; jobs.clean = project "clean-${salt}"; cacheFile = "none"; };
    both = typhonJobs // clean;
  };
}
`,
  'settings.nix': '{ }\n',
  'project/Makefile': `CFLAGS ?= -O1
SOURCES := $(wildcard src/*.c)
OBJECTS := $(SOURCES:%.c=build/%.o)

all: build/program

build/libparts.a: $(filter-out build/src/main.o,$(OBJECTS))
	ar rcs $@ $^

build/program: build/src/main.o build/libparts.a
	$(CC) -o $@ $^

build/src/%.o: src/%.c | build/generated.h
	@mkdir -p $(@D)
	$(CC) -Ifirst -Iinclude -Ibuild -MMD -MP $(CFLAGS) -c $< -o $@

build/generated.h: gen/generate.sh gen/table.txt
	@mkdir -p $(@D)
	sh gen/generate.sh gen/table.txt >$@

install: all
	mkdir -p $$out
	cp build/program build/libparts.a build/generated.h $$out
	cp -RP tool.sh links "names with spaces" $$out
	build/program >$$out/says

-include $(OBJECTS:.o=.d)
`,
  'project/gen/generate.sh':
    'while read -r name value; do echo "#define $name $value"; done <"$1"\n',
  'project/gen/table.txt': 'GENERATED 7\n',
  'project/include/wide.h': `/* Everything includes this. */
#ifndef WIDE_H
#define WIDE_H
#include <stdio.h>
static inline int wide(int x) { return x + 1; }
int a(void); int b(void); int c(void); int d(void);
#endif
`,
  'project/include/only-b.h': '#define ONLY_B 3\n',
  'project/include/v1/config.h': '#define CONFIG 1\n',
  'project/include/v2/config.h': '#define CONFIG 2\n',
  'project/include/with space.h': '#define SPACE 4\n',
  'project/src/main.c': `#include "wide.h"
int main(void) { printf("%d %d %d %d ${salt}\\n", a(), b(), c(), d()); return 0; }
`,
  'project/src/a.c':
    '#include "wide.h"\n#include "current/config.h"\nint a(void) { return wide(CONFIG); }\n',
  'project/src/b.c':
    '#include "wide.h"\n#include "only-b.h"\nint b(void) { return wide(ONLY_B); }\n',
  'project/src/c.c':
    '#include "wide.h"\n#include "with space.h"\nint c(void) { return wide(SPACE); }\n',
  'project/src/d.c':
    '#include "wide.h"\n#include "generated.h"\nint d(void) { return wide(GENERATED); }\n',
  'project/tool.sh': '#!/bin/sh\necho tool\n',
  'project/links/data': 'data\n',
  'project/links/other': 'other\n',
  'project/names with spaces/a file': 'content\n',
});

export interface Outcome {
  /** The reason, if the build was cold. */
  cold: string | null;
  /** The objects that a compiler made, by name; those that were found to be the same are not among them. */
  compiled: string[];
  /** Whether every byte of the output is a clean build's. */
  clean: boolean;
  intermediates: string;
  log: string;
}

export class Project {
  private constructor(
    readonly repository: Repository,
    readonly base: string,
    /** What the base's cold build left. */
    readonly intermediates: string,
    /** What the next push starts from. */
    public path = intermediates,
  ) {}

  /** The project with its first, cold build recorded; `change` makes it another project before that. */
  static async create(
    change: (repository: Repository) => Promise<void> = async () => {},
  ): Promise<Project> {
    const repository = await Repository.create(files(randomUUID()));
    await repository.link('project/include/current', 'v1');
    await repository.link('project/links/file', 'data');
    await change(repository);
    const base = await repository.commit();
    const { warm } = await repository.evaluate(base);
    if (warm === undefined) throw new Error('no job');
    await repository.build(warm.drv);
    return new Project(repository, base, warm.intermediates);
  }

  /** Changes the base, builds it from the base's intermediates, and again without a cache. */
  async pushFromBase(change: (repository: Repository) => Promise<void>): Promise<Outcome> {
    await this.repository.restore(this.base);
    return this.build(change);
  }

  /** As pushFromBase, but on top of the last push and from what that one left. */
  async pushOnward(change: (repository: Repository) => Promise<void>): Promise<Outcome> {
    const outcome = await this.build(change);
    this.path = outcome.intermediates;
    return outcome;
  }

  /** As pushFromBase, of a change that may not build: how each of the two builds ended. */
  async verdictsFromBase(
    change: (repository: Repository) => Promise<void>,
  ): Promise<Record<'warm' | 'clean', 'success' | 'failure'>> {
    await this.repository.restore(this.base);
    const { warm, clean } = await this.commit(change);
    const verdict = (drv: string) =>
      this.repository.build(drv).then(
        () => 'success' as const,
        () => 'failure' as const,
      );
    return { warm: await verdict(warm.drv), clean: await verdict(clean.drv) };
  }

  private async commit(
    change: (repository: Repository) => Promise<void>,
  ): Promise<{ warm: Job; clean: Job }> {
    const { repository } = this;
    await change(repository);
    await repository.write('cache.nix', cacheFile({ warm: this.path }));
    const flake = await repository.commit();
    const { warm, clean } = await repository.evaluate(flake, 'both');
    if (warm === undefined || clean === undefined) throw new Error('no job');
    return { warm, clean };
  }

  private async build(change: (repository: Repository) => Promise<void>): Promise<Outcome> {
    const { repository } = this;
    const { warm, clean } = await this.commit(change);
    await repository.build(warm.drv, clean.drv);
    const log = await repository.log(warm.drv);
    const same = new Set([...log.matchAll(/^orthrus: same: (.*)$/gm)].map((match) => match[1]));
    const commands = [...log.matchAll(/ -c .* -o (\S+)$/gm)].map((match) => match[1] ?? '');
    return {
      cold: /^orthrus: cold: (.*)$/m.exec(log)?.[1] ?? null,
      compiled: commands
        .filter((object) => !same.has(object))
        .map((object) => object.replace(/^build\/src\/(.*)\.o$/, '$1'))
        .toSorted(),
      clean: await sameContent(warm.out, clean.out),
      intermediates: warm.intermediates,
      log,
    };
  }
}
