import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { freePort } from '../src/demo/running-service.ts';
import { DemoStory } from '../src/demo/story.ts';
import { layOut } from '../src/demo/workspace.ts';
import type { BenchResult } from './result.ts';

/** The demo's own builds: one changed file against a cold build, and what a README-only push builds. */
export async function bench(): Promise<BenchResult[]> {
  const directory = mkdtempSync(join(tmpdir(), 'orthrus-bench-'));
  const port = await freePort(0);
  const entry = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url));
  const story = new DemoStory(await layOut(directory, port), port, [entry]);
  try {
    // As far as the README-only push: what comes after it is the demo's, not the benchmark's.
    for (const step of story.steps.slice(0, 4)) {
      const { wrong } = await step.run();
      if (wrong.length > 0) throw new Error(`${step.title}: ${wrong.join('; ')}`);
    }
    const cold = await milliseconds(story, 'main', 1);
    const warm = await milliseconds(story, 1, 2);
    const readme = (await buildOf(story, 1, 3)).jobs.filter((job) => job.built !== false).length;
    const ratio = warm / cold;
    return [
      {
        name: 'warm build of LevelDB, one .cc changed',
        value: Math.round(warm / 100) / 10,
        unit: 's',
        ratio,
        against: 'its cold build',
        goal: '<= 0.2',
        ok: ratio <= 0.2,
      },
      {
        name: 'README-only push',
        value: readme,
        unit: 'jobs built',
        ratio: null,
        against: null,
        goal: '0',
        ok: readme === 0,
      },
    ];
  } finally {
    await story.end();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function buildOf(story: DemoStory, subject: number | string, attempt: number) {
  const row = await story.watch.row(subject);
  const build = (await story.watch.builds(row?.stream ?? '')).find(
    (one) => one.attempt === attempt,
  );
  if (build === undefined) throw new Error(`attempt ${attempt} of ${subject} was not built`);
  return build;
}

async function milliseconds(
  story: DemoStory,
  subject: number | string,
  attempt: number,
): Promise<number> {
  const build = await buildOf(story, subject, attempt);
  return build.jobs.find((job) => job.name === 'leveldb')?.milliseconds ?? Number.NaN;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const result of await bench()) console.log(JSON.stringify(result));
