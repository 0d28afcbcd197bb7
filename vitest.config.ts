import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longer than a minute: begun first, so that none of them is what all others wait for in the end. */
const longest = ['test/crash/', 'test/nix/make', 'test/git/http-mirror'];

/**
 * Files whose subject is the process itself, its environment or the secrets that it knows: each has one of its own. All
 * others share their worker's modules, whose loading is else a fifth of all the work.
 */
const alone = [
  'test/*.test.ts',
  'test/{cli,crash,dashboard,docs,fuzz,http,inspect,nix,simulation}/**/*.test.ts',
  'test/ci/nix/{evaluation,machine}.test.ts',
  'test/ci/typhon/http.test.ts',
  'test/forges/github/{access,limits,read-delivery}.test.ts',
  'test/git/{http-mirror,run}.test.ts',
  'test/github/*secrets.test.ts',
];
const none = ['dist/**', 'node_modules/**'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      longest.some((name) => moduleId.includes(name));
    // The sequencer's own verb, no array's.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    testTimeout: 150_000,
    hookTimeout: 240_000,
    // Whoever waits for something waits as long as a slow machine takes.
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    // Most of the time goes by in git and Nix; one more than there are cores (of two) keeps both busy.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'alone', include: alone, exclude: none } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...none, ...alone],
          isolate: false,
        },
      },
    ],
  },
});
