import { expect } from 'vitest';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { BuildKey } from '../../machines/build.ts';
import { begin, type Story, type StoryOptions } from './story.ts';

/** A pull request that has just been opened: its overlay is pushed, and the CI has been asked to build it. */
export interface Opened {
  readonly story: Story;
  readonly base: string;
  readonly head: string;
  readonly build: BuildKey;
}

/** #1 on a main branch that nobody builds. */
export async function openPull(options: StoryOptions = {}): Promise<Opened> {
  const story = await begin({
    ...options,
    repository: { branches: [], ...options.repository },
  });
  const base = await story.newMain({ 'a.c': 'base' });
  const head = await story.newHead(1, base, { 'a.c': 'first' });
  await story.start();
  return { story, base, head, build: await story.build(1) };
}

const entry = z.object({
  drv: z.string().nullable(),
  from: z.string().nullable(),
  path: z.string(),
});
const cacheContent = z.array(z.object({ name: z.string(), value: entry })).nullable();
export type CacheContent = Record<string, z.infer<typeof entry>> | null;

// A list, since a set with an attribute `outPath`, and a job may have any name, would be printed as that attribute.
const listed = `file: let cache = import file; in if cache == null then null
  else map (name: { inherit name; value = cache.\${name}; }) (builtins.attrNames cache)`;

/** What a commit's cache file is for Nix itself. */
export function cacheOf(story: Story, commit: string, file = 'cache.nix'): CacheContent {
  const copy = join(story.directory, `cache-${commit}.nix`);
  writeFileSync(copy, story.repository.show(commit, file));
  const json = execFileSync(
    'nix-instantiate',
    ['--eval', '--strict', '--json', '-E', `(${listed}) ${copy}`],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  rmSync(copy);
  const entries = cacheContent.parse(JSON.parse(json));
  if (entries === null) return null;
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

const shownJobs = z.array(z.object({ name: z.string(), reason: z.string() }));

/** Why each job of a build was warm or cold, as people are shown it. */
export async function reasonsOf(
  story: Story,
  pull: number | string,
  attempt: number,
): Promise<Record<string, string>> {
  const { jobs } = await story.service.log.db
    .selectFrom('builds')
    .select('jobs')
    .where('stream', '=', story.stream(pull))
    .where('attempt', '=', attempt)
    .executeTakeFirstOrThrow();
  return Object.fromEntries(
    shownJobs.parse(JSON.parse(jobs)).map(({ name, reason }) => [name, reason]),
  );
}

/** What follows the verdict's context in a status: durations are the machine's, and vary. */
export function saidOf(head: string, rest: string): unknown {
  const words = rest.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*');
  return expect.stringMatching(new RegExp(`^${head.slice(0, 7)} ${words}$`));
}
